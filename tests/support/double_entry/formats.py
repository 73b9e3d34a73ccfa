"""The string formats that the OpenAPI documents name: how a value is judged, and samples on both sides of each.

Written without the simulator's own reader of images, so that the two can contradict each other: here Pillow decodes.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from ipaddress import IPv6Address

import schemathesis
from hypothesis import strategies as st
from jsonschema import FormatChecker
from PIL import Image

HTTP_URL = re.compile(
    r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?([/?#][^\s\x00-\x1f\x7f-\x9f]*)?", re.IGNORECASE
)
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f\x7f-\x9f\\]+")
DATA_URI = re.compile(r"data:image/(png|jpeg|webp);base64,(?P<base64>.*)", re.DOTALL)
KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def picture(kind: str, size: tuple[int, int] = (16, 9)) -> bytes:
    """A small grey picture as Pillow writes it."""
    file = io.BytesIO()
    Image.new("L", size, 128).save(file, kind)
    return file.getvalue()


def text_of(raw: bytes) -> str:
    """Base64 as a request holds it."""
    return base64.b64encode(raw).decode()


@cache
def shape(value: str) -> tuple[int, int] | None:
    """Width and height of the picture of which the text is the base64; None where it is something else.

    The header alone decides: no document says that what comes behind it is decoded at once.
    """
    try:
        with Image.open(io.BytesIO(base64.b64decode(value, validate=True)), formats=list(KINDS)) as image:
            return image.size
    except (OSError, SyntaxError, ValueError):
        return None


def is_uri(value: str) -> bool:
    """Whether the text has a scheme, no blank, backslash or control character after it, and a real address and port."""
    literal = re.match(r"[A-Za-z]+://\[([^/?#\]]*)\]", value)
    if literal is not None and not _is_ipv6(literal[1]):
        return False
    port = re.match(r"[A-Za-z]+://[^/?#]*:([0-9]+)(?![^/?#])", value)
    return URI.fullmatch(value) is not None and (port is None or int(port[1]) < 1 << 16)


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def is_http_url(value: str) -> bool:
    """Whether the text is an http or https URL with a host."""
    return HTTP_URL.fullmatch(value) is not None and is_uri(value)


@dataclass(frozen=True)
class Judge:
    """What one document means by its formats.

    Attributes:
        aspect: how many times the longer side of a picture may have the shorter one; None for any number.
    """

    aspect: int | None = None

    def base64(self, value: str) -> bool:
        """Whether the text is base64, and nothing else, of a picture."""
        size = shape(value)
        return size is not None and (self.aspect is None or max(size) <= self.aspect * min(size))

    def uri(self, value: str) -> bool:
        """Whether the text is an http or https URL, or a data URI that brings a picture along."""
        found = DATA_URI.fullmatch(value)
        return is_http_url(value) if found is None else self.base64(found["base64"])

    def any(self, value: str) -> bool:
        """Whether the text is an image in any of the three forms."""
        return self.uri(value) or self.base64(value)

    def checker(self) -> FormatChecker:
        """A checker that knows these formats besides the usual ones; like them, it lets pass what is no string."""
        found = FormatChecker()
        judges = {"uri": is_uri, "image": self.any, "image-uri": self.uri, "image-base64": self.base64}
        for name, judge in judges.items():
            found.checks(name)(partial(_if_text, judge))
        return found


def _if_text(judge: Callable[[str], bool], value: object) -> bool:
    return not isinstance(value, str) or judge(value)


JUDGES: Mapping[str, Judge] = {"generations-seconds": Judge(aspect=4)}
"""Documents that ask more of a picture than its kind (003, Image rules)."""

RAW = (*(text_of(picture(kind)) for kind in KINDS), text_of(picture("PNG", (9, 16))))
URIS = tuple(f"data:{mime};base64,{text_of(picture(kind))}" for kind, mime in KINDS.items())
URLS = (
    "https://images.example/boat.png",
    "http://images.example:8080/a/b.webp?size=large&v=2",
    "HTTPS://IMAGES.EXAMPLE/",
    "https://[2001:db8::1]/boat.jpeg",
)
_PNG, _GIF = picture("PNG"), picture("GIF")
WRONG = (
    "",
    "boat.png",
    "ftp://images.example/boat.png",
    "https://",
    "https:/images.example/boat.png",
    "https://images example/boat.png",
    "javascript:alert(1)",
    "data:image/png;base64,",
    f"data:image/png;base64,{text_of(b'no picture at all')}",
    f"data:image/gif;base64,{text_of(_GIF)}",
    f"data:text/plain;base64,{text_of(_PNG)}",
    text_of(_GIF),
    text_of(_PNG[:12]),
    text_of(b"no picture at all"),
    text_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    text_of(_PNG).replace("i", "!", 1),
)
"""What no format of an image takes: other kinds of file, cut ones, other schemes, and what is not base64."""

SAMPLES: Mapping[str, tuple[str, ...]] = {
    "uri": URLS,
    "image": RAW + URIS + URLS,
    "image-uri": URIS + URLS,
    "image-base64": RAW,
}
"""What each format takes; what one takes and another does not is a near miss of the other."""

EDGES = tuple(
    form + text_of(picture("PNG", size))
    for size in ((40, 10), (41, 10), (10, 40), (10, 41))
    for form in ("", "data:image/png;base64,")
)
"""Pictures just within and just beyond four to one."""

URL_EDGES = (
    "https://user:secret@images.example/",
    "https://b\u00fccher.example/",
    "https://images.example/b\u00fccher",
    "https://images.example:65535/",
    "https://images.example:65536/",
    "https://images.example:/",
    "https://images.example?size=large",
    "https://images_example/",
    "https://images.example\\boat.png",
    "https://images.example/boat.png\u00a0",
)
"""URLs over which readers differ: names, letters, ports. Only a document's own pattern tells which of them it takes."""

MISSES = tuple(dict.fromkeys((*RAW, *URIS, *URLS, *EDGES, *WRONG)))
"""Every sample of every format, and what none takes."""


def register() -> None:
    """Tell Schemathesis, which keeps formats for the whole process, how to make values of these."""
    for name, samples in SAMPLES.items():
        schemathesis.openapi.format(name, st.sampled_from(samples))
