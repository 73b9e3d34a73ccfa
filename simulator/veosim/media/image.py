"""Pictures that clients send: what their first bytes say, and the text forms in which they come.

Only headers are read, and nothing is decoded: PNG (Third Edition: signature 5.2, IHDR 11.2, integers 7.1), JPEG (ITU-T
T.81 Annex B) and WebP (RFC 9649 section 2, with the key frame header of RFC 6386 section 9.1 inside). An orientation in
Exif data is not applied: width and height are those of the stored picture.
"""

from __future__ import annotations

import binascii
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from ipaddress import IPv6Address
from typing import Literal

from veosim.errors import shown

Format = Literal["png", "jpeg", "webp"]

JPEG_STEPS = 4096
"""Segments and fill bytes that are passed on the way to a JPEG's frame header; a profile and metadata take hundreds."""


class ImageError(ValueError):
    """A picture, or the text that carries one, that is not taken; its text says what was found and what is allowed."""


@dataclass(frozen=True, slots=True)
class Image:
    """What a picture's header says. Width and height are pixels, size is bytes."""

    format: Format
    width: int
    height: int
    size: int


def sniff(raw: bytes) -> Image:
    """Read a picture's header, in time that does not grow with the picture.

    Raises:
        ImageError: no PNG, JPEG or WebP, or one whose header is cut off, broken or without pixels.
    """
    found = next((row for row in _FORMATS if row[0].match(raw)), None)
    if found is None:
        raise _not_taken(_other(raw))
    _, name, format_, measure = found
    try:
        width, height = measure(raw)
    except struct.error:
        raise _not_taken(f"a {name} that is cut off after {len(raw)} bytes, before its size") from None
    if not (width and height):
        # A JPEG may leave its height to a segment behind the first scan (T.81 B.2.5); such files are not taken.
        raise _not_taken(f"a {name} of {width}x{height} pixels")
    return Image(format_, width, height, len(raw))


def _not_taken(found: str) -> ImageError:
    return ImageError(f"found {found}; allowed: PNG, JPEG, WebP")


def _png(raw: bytes) -> tuple[int, int]:
    """IHDR is the first chunk and has 13 bytes; a size has 31 bits."""
    length, kind, width, height = struct.unpack_from(">I4sII", raw, 8)
    if (length, kind) != (13, b"IHDR"):
        raise _not_taken("a PNG whose first chunk is not IHDR")
    if max(width, height) >= 1 << 31:
        raise _not_taken(f"a PNG of {width}x{height} pixels, more than the format knows")
    return width, height


# T.81 table B.1. Frame headers are C0 to CF, except DHT, JPG and DAC.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# What has no length (RST, SOI, EOI, TEM, a stuffed zero), and SOS: none of them may stand before the frame header.
_OUT_OF_PLACE = frozenset({0x00, 0x01, *range(0xD0, 0xDB)})


def _jpeg(raw: bytes) -> tuple[int, int]:
    """Walk the marker segments (B.1.1.4) to the frame header (B.2.2); fill bytes may precede a marker (B.1.1.2)."""
    at = 2
    for _ in range(JPEG_STEPS):
        prefix, marker = struct.unpack_from(">BB", raw, at)
        if prefix != 0xFF or marker in _OUT_OF_PLACE:
            raise _not_taken(f"a JPEG with the bytes {raw[at : at + 2].hex(' ')} before its frame header")
        if marker == 0xFF:
            at += 1
        elif marker in _FRAMES:
            height, width = struct.unpack_from(">HH", raw, at + 5)
            return width, height
        else:
            # A length counts its own two bytes; one that is too small leads to a byte that begins no marker.
            at += 2 + int.from_bytes(struct.unpack_from("2s", raw, at + 2)[0], "big")
    raise _not_taken(f"a JPEG without a frame header in its first {JPEG_STEPS} segments")


def _webp(raw: bytes) -> tuple[int, int]:
    """The first chunk says the size, whichever of the three it is."""
    kind: bytes = struct.unpack_from("4s", raw, 12)[0]
    if kind not in _WEBP:
        raise _not_taken(f"a WebP whose first chunk is {shown(kind)}")
    return _WEBP[kind](raw)


def _vp8(raw: bytes) -> tuple[int, int]:
    """A key frame (bit 0 of the tag is 0), its start code, sizes of 14 bits under 2 bits of scaling (RFC 6386, 9.1)."""
    tag, start, width, height = struct.unpack_from("<B2x3sHH", raw, 20)
    if tag & 1 or start != b"\x9d\x01\x2a":
        raise _not_taken("a WebP whose lossy data does not begin with a key frame")
    return width & 0x3FFF, height & 0x3FFF


def _vp8l(raw: bytes) -> tuple[int, int]:
    """Signature, two sizes of 14 bits less one, an alpha bit, a version of 3 bits that is 0 (RFC 9649, section 3)."""
    signature, bits = struct.unpack_from("<BI", raw, 20)
    if signature != 0x2F or bits >> 29:
        raise _not_taken("a WebP whose lossless data does not begin with its signature and version 0")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _vp8x(raw: bytes) -> tuple[int, int]:
    """Flags, then the canvas: two sizes of 24 bits less one, whose product fits 32 bits (RFC 9649, 2.7)."""
    width_low, width_high, height_low, height_high = struct.unpack_from("<HBHB", raw, 24)
    width, height = 1 + width_low + (width_high << 16), 1 + height_low + (height_high << 16)
    if width * height >= 1 << 32:
        raise _not_taken(f"a WebP of {width}x{height} pixels, more than the format knows")
    return width, height


_Measure = Callable[[bytes], tuple[int, int]]
_WEBP: Mapping[bytes, _Measure] = {b"VP8 ": _vp8, b"VP8L": _vp8l, b"VP8X": _vp8x}
_FORMATS: tuple[tuple[re.Pattern[bytes], str, Format, _Measure], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "PNG", "png", _png),
    (re.compile(rb"\xff\xd8"), "JPEG", "jpeg", _jpeg),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "WebP", "webp", _webp),
)
_OTHERS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\Z"), "nothing"),
    (re.compile(rb"GIF8"), "a GIF"),
    (re.compile(rb"BM"), "a BMP"),
    (re.compile(rb"II\*\0|MM\0\*"), "a TIFF"),
    (re.compile(rb".{4}ftyp(?:avif|avis)", re.DOTALL), "an AVIF"),
    (re.compile(rb".{4}ftyp(?:hei|hev|mif|msf)", re.DOTALL), "a HEIC"),
    (re.compile(rb".{4}ftyp", re.DOTALL), "an MP4 video"),
    (re.compile(rb"%PDF-"), "a PDF"),
)


def _other(raw: bytes) -> str:
    """What people send instead, by name; anything else by its first bytes."""
    for signature, name in _OTHERS:
        if signature.match(raw):
            return name
    return f"{len(raw)} bytes that begin with {shown(raw[:12])}"


_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_DATA_URI = re.compile(r"data:image/[a-z0-9][a-z0-9!#$&^_.+-]*;base64,", re.IGNORECASE)


def decode(text: str) -> bytes:
    """The bytes of a base64 text: at least one; standard alphabet, padding, no line breaks (RFC 4648, 3 and 4).

    Bits of the last group that carry nothing may be set: section 3.5 leaves that to the decoder, and most take it.

    Raises:
        ImageError: the text is no such thing.
    """
    digits = text.rstrip("=")
    outside = _NOT_BASE64.search(digits)
    if outside is not None:
        where = f"{shown(outside[0])} as character {outside.start() + 1} of {shown(text[:40])}"
        raise ImageError(f"found {where}; allowed in base64: A-Z a-z 0-9 + /, = at the end, no spaces or line breaks")
    padding = len(text) - len(digits)
    if not digits or len(text) % 4 or padding > 2:
        found = f"base64 of {len(text)} characters, {padding} of them ="
        raise ImageError(f"found {found}; allowed: one or more groups of four, the last one padded with up to two =")
    return binascii.a2b_base64(text)


def inline(text: str) -> bytes | None:
    """The bytes of a `data:image/<type>;base64,` URI (RFC 2397) or of base64 alone; None where the text is a URL.

    The documents show no other parameter in a data URI, so none is taken (inferred); the type is not compared with the
    picture, and the bytes are not looked at: that is for `sniff`.

    Raises:
        ImageError: the text is neither.
    """
    if is_url(text):
        return None
    if text[:5].lower() != "data:":
        return decode(text)
    prefix = _DATA_URI.match(text)
    if prefix is None:
        raise ImageError(
            f"found a data URI that begins with {shown(text[:40])}; allowed: data:image/<type>;base64,<bytes>"
        )
    return decode(text[prefix.end() :])


# Authority of RFC 3986, 3.2: user information, a host (not empty here), a port. Letters beyond ASCII are let through.
_URL = re.compile(
    r"""https?://(?:[^/?#\\]*@)?(?:\[(?P<ip>[0-9a-f:.]+)\]|[^/?#@:\[\]<>"\\^`{|}]+)(?::(?P<port>[0-9]{0,5}))?(?:[/?#].*)?""",
    re.IGNORECASE | re.DOTALL,
)
_NOT_IN_URL = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def is_url(text: str) -> bool:
    """Whether a text is an http or https URL with a host, free of white space and control characters."""
    match = _URL.fullmatch(text)
    if match is None or int(match["port"] or 0) >= 1 << 16 or _NOT_IN_URL.search(text) is not None:
        return False
    return match["ip"] is None or _is_ipv6(match["ip"])


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def within_aspect(image: Image, low: Fraction, high: Fraction) -> bool:
    """Whether width to height lies between two ratios, both included (document 003, Image rules: 1:4 to 4:1)."""
    return low <= Fraction(image.width, image.height) <= high
