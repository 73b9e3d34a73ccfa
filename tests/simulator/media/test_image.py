"""Pictures that clients send: headers of every kind, text forms, and nonsense."""

import base64
import io
import re
import struct
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image as Pillow

from veosim.media.image import JPEG_STEPS, Format, Image, ImageError, decode, inline, is_url, sniff, within_aspect

ALLOWED = "; allowed: PNG, JPEG, WebP"
SIZES = [(1, 1), (3, 2), (16, 9), (255, 257), (640, 360), (90, 1600), (4096, 1)]


def made(kind: str, size: tuple[int, int], mode: str = "RGB", **options: Any) -> bytes:
    """A picture as Pillow writes it."""
    file = io.BytesIO()
    colour: Any = {"RGB": (200, 80, 40), "RGBA": (200, 80, 40, 90), "L": 90, "P": 3}[mode]
    Pillow.new(mode, size, colour).save(file, kind, **options)
    return file.getvalue()


PNG, JPEG = made("png", (16, 9)), made("jpeg", (16, 9))
LOSSY, LOSSLESS = made("webp", (16, 9)), made("webp", (16, 9), lossless=True)
CANVAS = made("webp", (16, 9), "RGBA")
MADE = (PNG, JPEG, LOSSY, LOSSLESS, CANVAS)

SOI, SOF = b"\xff\xd8", b"\xff\xc0\x00\x11\x08\x00\x09\x00\x10\x03"
NO_KEY_FRAME = "a WebP whose lossy data does not begin with a key frame"
NO_LOSSLESS = "a WebP whose lossless data does not begin with its signature and version 0"
RIFF = b"RIFF\x40\x00\x00\x00WEBP"


def png(width: int, height: int, *, length: int = 13, kind: bytes = b"IHDR") -> bytes:
    """The first bytes of a PNG."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", length, kind, width, height)


def vp8x(width: int, height: int) -> bytes:
    """The first bytes of a WebP with a canvas."""
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return RIFF + b"VP8X\x0a\x00\x00\x00" + bytes(4) + sizes


def refusal(raw: bytes) -> str:
    """What is said of bytes that are not taken."""
    with pytest.raises(ImageError) as error:
        sniff(raw)
    return str(error.value)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("png", "RGB", {}),
        ("png", "RGBA", {}),
        ("png", "P", {"optimize": True}),
        ("jpeg", "RGB", {}),
        ("jpeg", "L", {"quality": 5}),
        ("jpeg", "RGB", {"progressive": True}),
        ("jpeg", "RGB", {"icc_profile": bytes(200_000), "exif": b"Exif\0\0" + bytes(500), "comment": b"a kite"}),
        ("webp", "RGB", {}),
        ("webp", "RGB", {"lossless": True}),
        ("webp", "RGBA", {}),
        ("webp", "RGBA", {"lossless": True}),
        ("webp", "RGB", {"exif": b"Exif\0\0" + bytes(500)}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value) or "plain",
)
def test_pictures_of_another_library_are_measured(
    kind: Format, mode: str, options: dict[str, Any], size: tuple[int, int]
) -> None:
    """Whatever Pillow writes is read as Pillow reads it."""
    raw = made(kind, size, mode, **options)
    with Pillow.open(io.BytesIO(raw)) as picture:
        assert picture.size == size
    assert sniff(raw) == Image(kind, *size, len(raw))


def test_every_webp_chunk_is_among_the_samples() -> None:
    """Lossy, lossless, and with a canvas: the samples above do not test one of them thrice."""
    assert [raw[12:16] for raw in (LOSSY, LOSSLESS, CANVAS)] == [b"VP8 ", b"VP8L", b"VP8X"]


def test_moving_pictures_are_measured_by_their_canvas() -> None:
    """An animated PNG or WebP is as wide and high as its canvas."""
    more = [Pillow.new("RGB", (16, 9), (0, 0, shade)) for shade in (90, 250)]
    for kind in ("png", "webp"):
        raw = made(kind, (16, 9), save_all=True, append_images=more)
        assert sniff(raw) == Image("png" if kind == "png" else "webp", 16, 9, len(raw))


@pytest.mark.parametrize(
    ("raw", "image"),
    [
        (png(2**31 - 1, 1), Image("png", 2**31 - 1, 1, 24)),
        (SOI + SOF, Image("jpeg", 16, 9, 12)),
        (SOI + b"\xff" * 50 + SOF, Image("jpeg", 16, 9, 62)),
        (SOI + b"\xff\xc4\x00\x02\xff\xc8\x00\x02\xff\xcc\x00\x02" + SOF, Image("jpeg", 16, 9, 24)),
        *((SOI + b"\xff" + bytes([code]) + SOF[2:], Image("jpeg", 16, 9, 12)) for code in (0xC1, 0xC3, 0xC9, 0xCF)),
        (SOI + b"\xff\xe1\x00\x0c" + SOF + SOF.replace(b"\x10", b"\x50"), Image("jpeg", 80, 9, 26)),
        (RIFF + b"VP8 \0\0\0\0\x10\0\0\x9d\x01\x2a\x10\x40\x09\x80", Image("webp", 16, 9, 30)),
        (RIFF + b"VP8L\0\0\0\0\x2f" + struct.pack("<I", 1 << 28 | 8 << 14 | 15), Image("webp", 16, 9, 25)),
        (RIFF + b"VP8L\0\0\0\0\x2f" + struct.pack("<I", (1 << 28) - 1), Image("webp", 16384, 16384, 25)),
        (vp8x(70_000, 60_000), Image("webp", 70_000, 60_000, 30)),
        (vp8x(1 << 24, 255), Image("webp", 1 << 24, 255, 30)),
    ],
)
def test_headers_alone_are_enough(raw: bytes, image: Image) -> None:
    """Nothing behind the size is read; fill bytes, other segments, scaling and alpha bits do no harm."""
    assert sniff(raw) == image


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", "nothing"),
        (made("gif", (16, 9)), "a GIF"),
        (made("bmp", (16, 9)), "a BMP"),
        (made("tiff", (16, 9)), "a TIFF"),
        (b"MM\0*\0\0\0\x08", "a TIFF"),
        (made("avif", (16, 9)), "an AVIF"),
        (b"\0\0\0\x18ftypheic", "a HEIC"),
        (b"\0\0\0\x18ftypisom", "an MP4 video"),
        (b"%PDF-1.7", "a PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "40 bytes that begin with b\"<svg xmlns='\""),
        (b"\x1b[31m", "5 bytes that begin with b'\\x1b[31m'"),
        (b"RIFF\x40\0\0\0WAVEfmt ", "16 bytes that begin with b'RIFF@\\x00\\x00\\x00WAVE'"),
        (b"\x89PNG\n\x1a\n", "7 bytes that begin with b'\\x89PNG\\n\\x1a\\n'"),
        (PNG[:8], "a PNG that is cut off after 8 bytes, before its size"),
        (PNG[:23], "a PNG that is cut off after 23 bytes, before its size"),
        (png(16, 9, kind=b"CgBI"), "a PNG whose first chunk is not IHDR"),
        (png(16, 9, length=12), "a PNG whose first chunk is not IHDR"),
        (png(0, 9), "a PNG of 0x9 pixels"),
        (png(16, 0), "a PNG of 16x0 pixels"),
        (png(2**31, 9), "a PNG of 2147483648x9 pixels, more than the format knows"),
        (SOI, "a JPEG that is cut off after 2 bytes, before its size"),
        (SOI + SOF[:8], "a JPEG that is cut off after 10 bytes, before its size"),
        (SOI + b"\xff\xe1\xff\xff" + SOF, "a JPEG that is cut off after 16 bytes, before its size"),
        (SOI + b"\xff\xe1\x00", "a JPEG that is cut off after 5 bytes, before its size"),
        (SOI + b"kite", "a JPEG with the bytes 6b 69 before its frame header"),
        (SOI + b"\xff\xd9", "a JPEG with the bytes ff d9 before its frame header"),
        (SOI + b"\xff\xda\x00\x02" + SOF, "a JPEG with the bytes ff da before its frame header"),
        (SOI + b"\xff\xe1\x00\x00" + SOF, "a JPEG with the bytes 00 00 before its frame header"),
        (SOI + b"\xff\x00" + SOF, "a JPEG with the bytes ff 00 before its frame header"),
        (SOI + SOF.replace(b"\x09", b"\x00"), "a JPEG of 16x0 pixels"),
        (SOI + b"\xff\xfe\x00\x02" * JPEG_STEPS + SOF, "a JPEG without a frame header in its first 4096 segments"),
        (SOI + b"\xff" * 60_000_000, "a JPEG without a frame header in its first 4096 segments"),
        (RIFF, "a WebP that is cut off after 12 bytes, before its size"),
        (RIFF + b"ALPH\0\0\0\0", "a WebP whose first chunk is b'ALPH'"),
        (LOSSY[:29], "a WebP that is cut off after 29 bytes, before its size"),
        (RIFF + b"VP8 \0\0\0\0\x11\0\0\x9d\x01\x2a\x10\0\x09\0", NO_KEY_FRAME),
        (RIFF + b"VP8 \0\0\0\0\x10\0\0\x9d\x01\x2b\x10\0\x09\0", NO_KEY_FRAME),
        (RIFF + b"VP8 \0\0\0\0\x10\0\0\x9d\x01\x2a\x00\xc0\x09\0", "a WebP of 0x9 pixels"),
        (RIFF + b"VP8L\0\0\0\0\x2e\0\0\0\0", NO_LOSSLESS),
        (RIFF + b"VP8L\0\0\0\0\x2f\0\0\0\x20", NO_LOSSLESS),
        (vp8x(1 << 16, 1 << 16), "a WebP of 65536x65536 pixels, more than the format knows"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)}B",
)  # fmt: skip
def test_what_is_not_taken_is_named(raw: bytes, found: str) -> None:
    """The message says what came, and what may come."""
    assert refusal(raw) == f"found {found}{ALLOWED}"


def test_the_longest_walk_is_taken() -> None:
    """A JPEG whose frame header is the last step that is looked at is measured."""
    raw = SOI + b"\xff\xfe\x00\x02" * (JPEG_STEPS - 1) + SOF
    assert sniff(raw) == Image("jpeg", 16, 9, len(raw))


def _fit_to_read(error: ImageError, ending: str = "") -> None:
    assert str(error).isprintable()
    assert str(error).endswith(ending)
    assert len(str(error)) < 300


def judged(raw: bytes) -> Image | None:
    """What sniff makes of bytes; anything but an Image and an ImageError fails the test."""
    try:
        image = sniff(raw)
    except ImageError as error:
        _fit_to_read(error, ALLOWED)
        return None
    assert image == Image(image.format, image.width, image.height, len(raw))
    assert image.width > 0
    assert image.height > 0
    return image


STARTS = (b"", SOI, SOI + b"\xff", PNG[:8], PNG[:16], RIFF, *(RIFF + kind for kind in (b"VP8 ", b"VP8L", b"VP8X")))


@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=200))
@example(start=b"", rest=b"")
def test_any_bytes_have_a_verdict(start: bytes, rest: bytes) -> None:
    """Whatever follows the signatures, the answer is an Image or an ImageError."""
    judged(start + rest)


@given(data=st.data(), raw=st.sampled_from(MADE))
def test_a_damaged_picture_has_a_verdict(data: st.DataObject, raw: bytes) -> None:
    """A picture cut off, or with bytes overwritten, is measured or refused; cut off before its size it is refused."""
    cut = data.draw(st.integers(0, len(raw)), label="cut")
    assert judged(raw[:cut]) is None or cut >= 12
    at = data.draw(st.integers(0, len(raw)), label="at")
    junk = data.draw(st.binary(max_size=6), label="junk")
    judged(raw[:at] + junk + raw[at + len(junk) :])


SEGMENTS = st.lists(
    st.builds(
        lambda marker, fill, body: b"\xff" * fill + bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body,
        st.sampled_from([0xC4, 0xC8, 0xCC, 0xDB, 0xDD, 0xE0, 0xE1, 0xEF, 0xFE]),
        st.integers(0, 3),
        st.binary(max_size=40),
    ),
    max_size=12,
)


@given(segments=SEGMENTS, width=st.integers(1, 65535), height=st.integers(1, 65535))
def test_a_frame_header_is_found_behind_any_segments(segments: list[bytes], width: int, height: int) -> None:
    """What a segment holds, markers included, is passed over."""
    raw = SOI + b"".join(segments) + b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", height, width)
    assert sniff(raw) == Image("jpeg", width, height, len(raw))


@given(width=st.integers(1, 1 << 24), height=st.integers(1, 1 << 24))
def test_a_canvas_is_measured_up_to_its_limit(width: int, height: int) -> None:
    """Sizes have 24 bits, and their product 32."""
    image = judged(vp8x(width, height))
    assert image == (Image("webp", width, height, 30) if width * height < 1 << 32 else None)


@given(raw=st.binary(min_size=1))
def test_base64_comes_back(raw: bytes) -> None:
    """Alone or in a data URI, the bytes are those that were put in."""
    text = base64.b64encode(raw).decode()
    assert decode(text) == raw
    assert inline(text) == raw
    assert inline(f"data:image/png;base64,{text}") == raw


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("YQ==", b"a"),
        ("YWI=", b"ab"),
        ("YWJj", b"abc"),
        ("++//", b"\xfb\xef\xff"),
        ("YR==", b"a"),  # bits that carry nothing may be set (RFC 4648, 3.5)
    ],
)
def test_base64_is_decoded(text: str, raw: bytes) -> None:
    """Groups of four; the last one may be padded."""
    assert decode(text) == raw


NOT_BASE64 = "; allowed in base64: A-Z a-z 0-9 + /, = at the end, no spaces or line breaks"
GROUPS = "; allowed: one or more groups of four, the last one padded with up to two ="


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"found base64 of 0 characters, 0 of them ={GROUPS}"),
        ("====", f"found base64 of 4 characters, 4 of them ={GROUPS}"),
        ("Y===", f"found base64 of 4 characters, 3 of them ={GROUPS}"),
        ("Y", f"found base64 of 1 characters, 0 of them ={GROUPS}"),
        ("YQ", f"found base64 of 2 characters, 0 of them ={GROUPS}"),
        ("YQ=", f"found base64 of 3 characters, 1 of them ={GROUPS}"),
        ("YWJj=", f"found base64 of 5 characters, 1 of them ={GROUPS}"),
        ("YWJj====", f"found base64 of 8 characters, 4 of them ={GROUPS}"),
        ("YQ==YQ==", f"found '=' as character 3 of 'YQ==YQ=='{NOT_BASE64}"),
        ("YQ==\n", f"found '=' as character 3 of 'YQ==\\n'{NOT_BASE64}"),
        ("YWJj\nYWJj", f"found '\\n' as character 5 of 'YWJj\\nYWJj'{NOT_BASE64}"),
        (" YWJj", f"found ' ' as character 1 of ' YWJj'{NOT_BASE64}"),
        ("YW-_", f"found '-' as character 3 of 'YW-_'{NOT_BASE64}"),
        ("ftp://images.example/a.png", f"found ':' as character 4 of 'ftp://images.example/a.png'{NOT_BASE64}"),
        ("\u0661\u0661\u0661\u0661", f"found '\u0661' as character 1 of '\u0661\u0661\u0661\u0661'{NOT_BASE64}"),
        ("\ud800", f"found '\\ud800' as character 1 of '\\ud800'{NOT_BASE64}"),
        ("ü" * 10_000_000, f"found 'ü' as character 1 of '{'ü' * 40}'{NOT_BASE64}"),
    ],
    ids=lambda value: ascii(value[:20]),
)
def test_what_is_no_base64_is_refused(text: str, message: str) -> None:
    """The message names the first wrong character, or counts; it stays short whatever came."""
    with pytest.raises(ImageError) as error:
        decode(text)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("data:image/png;base64,YWJj", b"abc"),
        ("DATA:IMAGE/JPEG;BASE64,YQ==", b"a"),
        ("data:image/svg+xml;base64,YWJj", b"abc"),
        ("data:image/vnd.ms-photo;base64,YWJj", b"abc"),
        ("YWJj", b"abc"),
        ("datadata", base64.b64decode("datadata")),
        ("https://images.example/a.png", None),
    ],
)
def test_inline_tells_the_forms_apart(text: str, raw: bytes | None) -> None:
    """A data URI and base64 alone give bytes, a URL gives none."""
    assert inline(text) == raw


@pytest.mark.parametrize(
    "text",
    [
        *["data:text/plain;base64,YQ==", "data:image/png,abcd", "data:;base64,YQ==", "data:image/;base64,YQ=="],
        *["data:image/png;charset=utf-8;base64,YQ==", "data:image/png; base64,YQ==", "data:", "Data:image/png"],
        "data:image/" + "x" * 10_000,
    ],
    ids=lambda value: value[:40],
)
def test_other_data_uris_are_refused(text: str) -> None:
    """Only images, only in base64, and without other parameters."""
    with pytest.raises(ImageError) as error:
        inline(text)
    message = f"found a data URI that begins with {text[:40]!r}; allowed: data:image/<type>;base64,<bytes>"
    assert str(error.value) == message


@pytest.mark.parametrize("text", ["data:image/png;base64,", "data:image/png;base64,YQ", "data:image/png;base64,YQ==\n"])
def test_a_data_uri_holds_base64(text: str) -> None:
    """The same rules as for base64 alone; nothing is not an image."""
    with pytest.raises(ImageError, match=re.escape("; allowed")):
        inline(text)


@given(text=st.one_of(st.text(), st.text().map(lambda text: f"data:image/png;base64,{text}"), st.text("ABab01+/=")))
def test_any_text_has_a_verdict(text: str) -> None:
    """Bytes, None for a URL, or an ImageError; what is decoded was made of base64 and nothing else."""
    try:
        raw = inline(text)
    except ImageError as error:
        _fit_to_read(error)
        return
    assert (raw is None) == is_url(text)
    if raw is not None:
        assert len(base64.b64encode(raw)) == len(text.rpartition(",")[2])


@pytest.mark.parametrize(
    "text",
    [
        *["https://images.example/harbour.png?signature=4f1d", "http://images.example", "http://a/"],
        *["HTTPS://IMAGES.EXAMPLE/A%20B.PNG#top", "https://images.example:8443/a", "https://images.example:/a"],
        *["https://ann:pw@images.example/a", "http://127.0.0.1:65535", "http://[::1]:8080/a", "http://[::ffff:1.2.3.4]"],
        *["https://images.example?a=//b@c", "https://images.example#a", "https://bücher.example/ü", "https://a@b@c.example"],
        "https://images.example/" + "a" * 100_000,
    ],
    ids=lambda value: value[:60],
)  # fmt: skip
def test_urls(text: str) -> None:
    """A scheme, a host, and whatever follows."""
    assert is_url(text)


@pytest.mark.parametrize(
    "text",
    [
        *["", "https", "https:", "https://", "https:///a", "https://?a", "https://#a", "https://:80/", "https://ann@/a"],
        *["https:/images.example", "https:images.example", "//images.example", "images.example/a.png", "file:///a.png"],
        *["ftp://images.example/a.png", " https://images.example", "https://images.example ", "https:// a"],
        *["https://images.example/a b.png", "https://images.example/a\tb", "https://images.example/\n", "https://a\x00b"],
        *["https://images.example/\x7f", "https://images.example/\x9b31m", "https://images.example/\u2028b"],
        *["https://images.example/\ud800", "https://images.example\u00a0/", "https://images.example:80a/", "https://a:b:c"],
        *["https://images.example:65536/", "https://images.example:123456/", "https://[::1", "https://::1/", "https://[g]/"],
        *["https://[.]/", "https://[1::2::3]/"],
        *["https://images.example\\@other.example/", "https://<host>/", "https://{host}/a", "xhttps://images.example"],
        *["iVBORw0KGgo=", "data:image/png;base64,YQ==", "https://" + "@" * 100_000, "https://" + "a@" * 50_000],
    ],
    ids=lambda value: ascii(value[:60]),
)  # fmt: skip
def test_no_urls(text: str) -> None:
    """Another scheme, no host, white space, control characters, a port that there is not."""
    assert not is_url(text)


@pytest.mark.parametrize(
    ("width", "height", "is_within"),
    [(1, 1, True), (4, 1, True), (1, 4, True), (401, 100, False), (100, 401, False), (399, 100, True)],
)
def test_the_aspect_has_inclusive_bounds(width: int, height: int, is_within: bool) -> None:
    """Document 003, Image rules: between 1:4 and 4:1; exact, without floats."""
    assert within_aspect(Image("png", width, height, 1), Fraction(1, 4), Fraction(4)) is is_within
