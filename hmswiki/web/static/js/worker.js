// The service worker of the wiki. SITE, above, is written by the server. It keeps the pages of rounds and of groups' notes
// that were opened here, photos of rounds, and the style and scripts that they need. Every other request goes past it.

const FILES = `hmswiki-files:${SITE.root}:`;
const PAGES = `hmswiki-rounds:${SITE.root}`;
const OURS = FILES + SITE.version;

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const KEPT = new RegExp(`^(?:rounds/${UUID}|workshops/${UUID}/groups/\\d+/notes/${UUID})$`);
const NEAR = /^(?:rounds|workshops|m)(?:\/|$)/;
const PHOTO = new RegExp(`^photos/${UUID}$`);

// A net that is there and carries nothing is as good as none.
const PATIENCE = 8000;

addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(OURS);
      // As a stranger: what is kept for everybody must name nobody.
      const fresh = { cache: "reload", credentials: "omit" };
      const files = [...SITE.linked, ...SITE.imported, SITE.offline];
      await cache.addAll(files.map((address) => new Request(address, fresh)));
      await skipWaiting();
    })(),
  );
});

addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith(FILES) && name !== OURS) await caches.delete(name);
      }
      await clients.claim();
    })(),
  );
});

// A page that was open before there was a worker asks to be kept.
addEventListener("message", (event) => {
  if (event.data?.keep) event.waitUntil(keep(event.data.keep));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (!address.pathname.startsWith(SITE.root)) return;
  const path = address.pathname.slice(SITE.root.length);
  if (request.mode === "navigate") {
    if (KEPT.test(path) && !address.search) event.respondWith(page(request));
    else if (NEAR.test(path) || address.pathname === SITE.front) event.respondWith(other(request));
  } else if (SITE.linked.includes(address.pathname + address.search)) {
    event.respondWith(linked(request));
  } else if (SITE.imported.includes(address.pathname)) {
    event.respondWith(imported(request));
  } else if (PHOTO.test(path) && request.destination === "image") {
    event.respondWith(photo(request));
  }
});

async function page(request) {
  const cache = await caches.open(PAGES);
  const kept = await cache.match(request.url, { ignoreVary: true });
  try {
    const answer = await patiently(request, kept);
    // Who has signed out, or lost the right to see it, does not find it here either.
    if (answer.type === "opaqueredirect" || [401, 403, 404, 410].includes(answer.status)) await cache.delete(request.url);
    else if (answer.ok) await cache.put(request.url, answer.clone());
    if (answer.status >= 502 && kept) return kept;
    return answer;
  } catch {
    return kept ?? away();
  }
}

async function keep(address) {
  const url = new URL(address, location);
  if (url.origin !== location.origin || !KEPT.test(url.pathname.slice(SITE.root.length))) return;
  const answer = await fetch(url, { credentials: "same-origin", redirect: "manual", headers: { Accept: "text/html" } });
  if (answer.ok) await (await caches.open(PAGES)).put(url.href, answer);
}

async function other(request) {
  try {
    return await fetch(request);
  } catch {
    return away();
  }
}

async function away() {
  return (await caches.match(SITE.offline, { cacheName: OURS, ignoreVary: true })) ?? Response.error();
}

async function linked(request) {
  return (await caches.match(request.url, { cacheName: OURS, ignoreVary: true })) ?? fetch(request);
}

async function imported(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request.url, { cacheName: OURS, ignoreVary: true })) ?? Response.error();
  }
}

async function photo(request) {
  const cache = await caches.open(PAGES);
  const kept = await cache.match(request.url, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request.url, answer.clone());
  return answer;
}

function patiently(request, kept) {
  if (!kept) return fetch(request);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("too slow")), PATIENCE);
    fetch(request).then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
