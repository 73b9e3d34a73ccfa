"""Pictures that orders carry: the forms in which a client sends one, each different for each order."""

from __future__ import annotations

import base64
import struct
import zlib

LINKS = {"url": "https", "http": "http"}
"""The forms that are addresses, by their schemes; all others hold the picture itself."""
FORMS = {"url": ("url", "http"), "data": ("data", "jpeg", "large"), "raw": ("raw", "large-raw")}
"""All forms, by what an API may take: an address, a data URI, base64 alone."""
SIDE = 274
"""Pixels of the large picture's edge: three bytes each make 300 kB of base64, as a phone's photo does."""


def picture(form: str, marker: str, identity: bytes) -> str:
    """The text of an image field.

    Args:
        form: `url`, `http`; `data`, `large`, `jpeg` as data URIs; `raw`, `large-raw` as base64 alone.
        marker: stands in an address.
        identity: at least ten bytes; pixels follow from them.
    """
    if form in LINKS:
        return f"{LINKS[form]}://images.example/{marker}/start.png?signature=a%2Fb&expires=3600"
    if form == "jpeg":
        return f"data:image/jpeg;base64,{base64.b64encode(jpeg(identity)).decode()}"
    small = form in {"data", "raw"}
    raw = base64.b64encode(png(identity[:3]) if small else large(identity)).decode()
    return f"data:image/png;base64,{raw}" if form in {"data", "large"} else raw


def large(identity: bytes) -> bytes:
    """A PNG of many pixels whose data is stored, not compressed."""
    row = (identity * (3 * SIDE // len(identity) + 1))[: 3 * SIDE]
    return png(row * SIDE, SIDE, level=0)


def png(pixels: bytes, side: int = 1, level: int = -1) -> bytes:
    """A square PNG: three bytes a pixel, row by row. One of one pixel is as small as they get."""
    rows = b"".join(b"\0" + pixels[at : at + 3 * side] for at in range(0, len(pixels), 3 * side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(rows, level)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def jpeg(identity: bytes) -> bytes:
    """A baseline JPEG of one grey pixel (ITU-T T.81 Annex B); a comment tells it from others."""
    one_code = b"\1" + bytes(15) + b"\0"  # a Huffman table of the single code 0, which stands for the symbol 0
    segments = (
        (0xFE, identity),
        (0xDB, b"\0" + b"\1" * 64),
        (0xC0, struct.pack(">BHHB3B", 8, 1, 1, 1, 1, 0x11, 0)),
        (0xC4, b"\x00" + one_code),
        (0xC4, b"\x10" + one_code),
        (0xDA, b"\1\1\0\0\x3f\0"),
    )
    head = b"".join(struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data for marker, data in segments)
    return b"\xff\xd8" + head + b"\x3f\xff\xd9"
