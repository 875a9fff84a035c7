"""Pictures for the demo's findings, drawn by program: a corridor with something in the way."""

import io
from functools import cache

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 960, 1280

WALL, FAR, FLOOR, CEILING, LINE = "#d9d6cf", "#c9c5bc", "#8f8a80", "#efede8", "#6f6a61"


@cache
def corridor(what: str) -> bytes:
    """A JPEG. `what` stands in the way: "printer" or "boxes"."""
    image = Image.new("RGB", (WIDTH, HEIGHT), WALL)
    draw = ImageDraw.Draw(image)
    left, top, right, bottom = 360, 430, 600, 780
    draw.polygon([(0, 0), (WIDTH, 0), (right, top), (left, top)], fill=CEILING)
    draw.polygon([(0, HEIGHT), (WIDTH, HEIGHT), (right, bottom), (left, bottom)], fill=FLOOR)
    draw.polygon([(0, 0), (left, top), (left, bottom), (0, HEIGHT)], fill="#e2dfd8")
    draw.rectangle((left, top, right, bottom), fill=FAR)
    draw.rectangle((430, 520, 530, bottom), fill="#a7a196", outline=LINE, width=3)
    draw.ellipse((512, 650, 522, 660), fill=LINE)
    draw.rectangle((440, 455, 520, 500), fill="#2f7d4f")
    draw.polygon([(452, 478), (478, 462), (478, 472), (508, 472), (508, 484), (478, 484), (478, 494)], fill="white")
    for x, y in ((130, 1050), (250, 910)):
        draw.polygon([(x, y), (x + 60, y - 72), (x + 60, y - 470), (x, y - 560)], fill="#b9b3a7", outline=LINE)
    for y in (90, 230, 330):
        draw.line([(WIDTH // 2 - 200 + y // 2, y), (WIDTH // 2 + 200 - y // 2, y)], fill="white", width=26 - y // 20)
    if what == "printer":
        _printer(draw)
    else:
        _boxes(draw)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=80, optimize=True)
    return written.getvalue()


def _printer(draw: ImageDraw.ImageDraw) -> None:
    draw.polygon([(540, 1180), (860, 1210), (860, 820), (540, 800)], fill="#4b4f54", outline="#2e3134")
    draw.polygon([(470, 1120), (540, 1180), (540, 800), (470, 770)], fill="#3a3d41", outline="#2e3134")
    draw.polygon([(470, 770), (540, 800), (860, 820), (770, 780)], fill="#63686e", outline="#2e3134")
    draw.polygon([(560, 760), (600, 690), (800, 700), (830, 800), (560, 790)], fill="#7b8188", outline="#2e3134")
    for y in (900, 990, 1080):
        draw.line([(560, y), (840, y + 18)], fill="#2e3134", width=5)
        draw.line([(670, y + 34), (730, y + 38)], fill="#9aa1a8", width=8)
    draw.polygon([(600, 850), (800, 862), (800, 838), (610, 828)], fill="#f4f2ee")
    draw.rectangle((780, 722, 806, 742), fill="#3f8f5f")


def _boxes(draw: ImageDraw.ImageDraw) -> None:
    for x, y, size, shade in ((150, 1010, 240, "#b58a56"), (320, 1080, 200, "#a87e4b"), (190, 800, 200, "#c1965f")):
        draw.rectangle((x, y, x + size, y + size), fill=shade, outline="#7d5c33", width=4)
        draw.line([(x + size // 2, y), (x + size // 2, y + size)], fill="#d9bd92", width=size // 9)
        draw.polygon([(x, y), (x + 40, y - 40), (x + size + 40, y - 40), (x + size, y)], fill="#cda671",
                     outline="#7d5c33")  # fmt: skip
