"""A photo is kept as a picture and nothing else."""

import io

import pytest
from PIL import Image, ImageCms
from PIL.ExifTags import GPS, IFD, Base

from hmswiki.foundation.errors import Refusal
from hmswiki.rounds import photos
from tests.support import once

pytestmark = once


def picture(width: int = 60, height: int = 40, kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """Red in its upper left corner, else grey."""
    image = Image.new("RGB", (width, height), (120, 120, 120))
    image.paste((250, 10, 10), (0, 0, width // 2, height // 2))
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **options)
    return out.getvalue()


def with_place(orientation: int = 1, **options: object) -> bytes:
    """As a telephone takes it: where, when, with what, and by whom."""
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    exif[Base.Make] = "Telefonmerket"
    exif[Base.Artist] = "Bjørn Berg"
    exif[Base.DateTime] = "2026:03:02 09:00:00"
    exif.get_ifd(IFD.GPSInfo).update(
        {
            GPS.GPSLatitudeRef: "N",
            GPS.GPSLatitude: (63.0, 25.0, 49.0),
            GPS.GPSLongitudeRef: "E",
            GPS.GPSLongitude: (10.0, 23.0, 42.0),
        }
    )
    return picture(exif=exif, comment=b"Kontoret til Bjorn", **options)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_place_time_device_and_names_are_gone_from_what_is_kept() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = with_place(icc_profile=profile)
    assert opened(data).getexif().get_ifd(IFD.GPSInfo)[GPS.GPSLatitudeRef] == "N"
    kept = photos.prepared(data)
    image = opened(kept.data)
    assert dict(image.getexif()) == {}
    assert not image.info.keys() & {"exif", "comment", "icc_profile", "xmp"}
    for trace in (b"GPS", b"Exif", b"Telefonmerket", b"Berg", b"Kontoret", b"2026", b"ICC_PROFILE", b"http"):
        assert trace not in kept.data


def test_text_in_a_png_is_gone_too() -> None:
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Author", "Berg")
    assert b"Berg" not in photos.prepared(picture(kind="PNG", pnginfo=words)).data


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [(1, (60, 40), (5, 5)), (6, (40, 60), (35, 5)), (3, (60, 40), (55, 35)), (8, (40, 60), (5, 55))],
)
def test_a_photo_stands_the_right_way_up(orientation: int, size: tuple[int, int], red_at: tuple[int, int]) -> None:
    kept = photos.prepared(with_place(orientation))
    image = opened(kept.data)
    assert (kept.width, kept.height) == image.size == size
    red, green, blue = image.convert("RGB").getpixel(red_at)  # type: ignore[misc]
    assert red > 200 and green < 80 and blue < 80


def test_a_large_photo_is_made_smaller_and_a_small_one_stays() -> None:
    large = photos.prepared(picture(5000, 2500))
    assert (large.width, large.height) == (2048, 1024)
    small = photos.prepared(picture(30, 20))
    assert (small.width, small.height) == (30, 20)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_what_browsers_show_is_kept_as_jpeg(kind: str, mode: str) -> None:
    assert opened(photos.prepared(picture(kind=kind, mode=mode)).data).format == "JPEG"


def test_what_is_transparent_is_white() -> None:
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    assert opened(photos.prepared(out.getvalue()).data).getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hei",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7 " + b"x" * 100,
        picture()[:300],
        picture(kind="GIF"),
        picture(kind="PNG")[:40],
        b"\xff\xd8\xff\xe0" + b"\0" * 200,
    ],
)
def test_what_is_no_photo_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(Refusal, match=r"no photo.*Choose a photo"):
        photos.prepared(data)


def test_a_photo_as_some_telephones_keep_them_is_told_from_what_is_no_photo() -> None:
    with pytest.raises(Refusal, match=r"HEIC.*most compatible"):
        photos.prepared(b"\0\0\0\x18ftypheic" + b"\0" * 200)


def test_a_picture_made_to_fill_the_memory_is_refused_unopened() -> None:
    bomb = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(Refusal, match="12000 by 12000"):
        photos.prepared(bomb.getvalue())


def test_a_small_file_that_unfolds_in_several_passes_is_refused_unopened() -> None:
    def said_to_be(side: int) -> bytes:
        data = bytearray(picture(progressive=True))
        frame = data.index(b"\xff\xc2")
        data[frame + 5 : frame + 9] = side.to_bytes(2, "big") * 2
        return bytes(data)

    assert photos.prepared(picture(progressive=True)).width == 60
    with pytest.raises(Refusal, match="too much"):
        photos.prepared(said_to_be(13_000))
