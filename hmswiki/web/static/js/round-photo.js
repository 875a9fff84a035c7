// Photos: made smaller here, so that they travel by a weak net, and drawn while they wait. A canvas shows them: the
// policy of the site lets no address of the browser's own be a picture.

const LONGEST = 1600; // pixels
const LARGEST = 1_500_000; // bytes
const QUALITIES = [0.82, 0.7, 0.55, 0.4];

// A smaller JPEG of the file, as {blob, width, height}. Throws where it is no photo that this browser can read.
export async function smaller(file) {
  const picture = await createImageBitmap(file); // upright, whatever way the camera was held
  try {
    for (let longest = LONGEST; ; longest *= 0.7) {
      const share = Math.min(1, longest / Math.max(picture.width, picture.height));
      const width = Math.max(1, Math.round(picture.width * share));
      const height = Math.max(1, Math.round(picture.height * share));
      const canvas = drawn(picture, width, height);
      for (const quality of QUALITIES) {
        const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
        if (!blob) throw new Error("This browser makes no JPEG.");
        if (blob.size <= LARGEST) return { blob, width, height };
      }
    }
  } finally {
    picture.close();
  }
}

// The photo in a small canvas that says `name`.
export async function preview(blob, name) {
  const picture = await createImageBitmap(blob);
  const canvas = drawn(picture, 272, 204, true);
  picture.close();
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", name);
  return canvas;
}

function drawn(picture, width, height, filled = false) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff"; // what is seen through becomes white, not black
  context.fillRect(0, 0, width, height);
  const scale = filled ? Math.max(width / picture.width, height / picture.height) : 0;
  const [w, h] = filled ? [picture.width * scale, picture.height * scale] : [width, height];
  context.drawImage(picture, (width - w) / 2, (height - h) / 2, w, h);
  return canvas;
}
