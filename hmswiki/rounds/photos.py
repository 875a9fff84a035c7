"""Photos as they are kept: a picture and nothing else, whatever came with it. No database, no web."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from hmswiki.foundation.errors import N_, Refusal

MAX_SIDE = 2048
"""The longer side of what is kept, in pixels."""

MAX_PIXELS = 170_000_000
"""The largest photo that is opened. A JPEG is made smaller while it is read; Pillow opens none that is larger yet."""

MAX_PIXELS_AT_ONCE = 50_000_000
"""The largest of a kind that must be read whole: a JPEG that comes in several passes too."""

MEDIA_TYPE = "image/jpeg"
_QUALITY = 82
_FORMATS = ("JPEG", "PNG", "WEBP")

_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
"""What stands at the beginning of photos as some telephones keep them."""


@dataclass(frozen=True)
class Prepared:
    """A JPEG that carries no place, time, device or name, the right way up."""

    data: bytes
    width: int
    height: int


def prepared(data: bytes) -> Prepared:
    """The photo as it is kept. Raises Refusal that says what to do, for what is no photo or too large."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        raise Refusal(
            N_("This photo is of a kind that browsers cannot show (HEIC). Set the telephone's camera to “most "
               "compatible”, or take the photo from this page."),
            field="photo",
        )  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is too large is refused below
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
            _check_size(image)
            return _prepared(image)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        raise Refusal(
            N_("This is no photo that can be shown, or it is damaged. Choose a photo (JPEG, PNG or WebP), or take a "
               "new one."),
            field="photo",
        ) from None  # fmt: skip


def _check_size(image: Image.Image) -> None:
    pixels = image.width * image.height
    in_bands = image.format in ("JPEG", "MPO") and not image.info.get("progressive")
    limit = MAX_PIXELS if in_bands else MAX_PIXELS_AT_ONCE
    if pixels > limit or pixels == 0:
        raise Refusal(
            N_("The photo is %(width)s by %(height)s pixels, which is too much. Take one with the telephone's "
               "ordinary camera."),
            field="photo", width=image.width, height=image.height,
        )  # fmt: skip


def _prepared(image: Image.Image) -> Prepared:
    image.thumbnail((MAX_SIDE, MAX_SIDE))  # a JPEG is read at a fraction of its size
    upright = ImageOps.exif_transpose(image)
    # A new picture: Pillow would write some of what an old one carries, its comments and its colour profile.
    clean = Image.new("RGB", upright.size, "white")
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        with_alpha = upright.convert("RGBA")
        clean.paste(with_alpha, mask=with_alpha.getchannel("A"))
    else:
        clean.paste(upright.convert("RGB"))
    written = io.BytesIO()
    clean.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return Prepared(written.getvalue(), clean.width, clean.height)
