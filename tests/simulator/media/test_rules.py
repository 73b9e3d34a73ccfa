"""What a dialect asks of images: each rule refuses what it is there for, and says what is taken."""

import base64
import io
from fractions import Fraction

import pytest
from PIL import Image

from veosim.media.image import ImageError
from veosim.media.rules import ImageRules


def png(width: int, height: int) -> bytes:
    """A picture of that size."""
    out = io.BytesIO()
    Image.new("1", (width, height)).save(out, "PNG")
    return out.getvalue()


RAW = png(16, 9)
TEXT = base64.b64encode(RAW).decode()
FORMS = {"url": "https://images.example/a.png", "uri": f"data:image/png;base64,{TEXT}", "base64": TEXT}


@pytest.mark.parametrize(
    ("rules", "taken", "allowed"),
    [
        (ImageRules(), {"url", "uri", "base64"}, "an http(s) URL, a base64 data URI or base64 image bytes"),
        (ImageRules(base64=False), {"url", "uri"}, "an http(s) URL or a base64 data URI"),
        (ImageRules(urls=False, data_uris=False), {"base64"}, "base64 image bytes"),
    ],
)
def test_each_form_is_taken_or_refused(rules: ImageRules, taken: set[str], allowed: str) -> None:
    """A form that is not taken is refused by naming those that are."""
    for name, text in FORMS.items():
        if name in taken:
            rules.check_text(text)
        else:
            with pytest.raises(ImageError) as caught:
                rules.check_text(text)
            assert str(caught.value) == f"Input should be {allowed}"


@pytest.mark.parametrize("text", ["", "ü", "ftp://images.example/a.png", "data:text/plain;base64,YQ==", TEXT[:-1]])
def test_what_has_no_form_is_refused(text: str) -> None:
    """So is text that is nothing at all, with the reason."""
    with pytest.raises(
        ImageError, match=r"^Input should be an http\(s\) URL, a base64 data URI or base64 image bytes; found "
    ):
        ImageRules().check_text(text)


def test_a_picture_that_is_none_is_refused() -> None:
    """The form alone is not enough."""
    with pytest.raises(ImageError, match="allowed: PNG, JPEG, WebP"):
        ImageRules().check_text(base64.b64encode(b"<svg/>").decode())


def test_size_has_a_limit() -> None:
    """Bytes of the picture itself, not of its text; the limit itself is taken."""
    ImageRules(size_limit=len(RAW)).check_text(TEXT)
    with pytest.raises(ImageError) as caught:
        ImageRules(size_limit=len(RAW) - 1).check_text(TEXT)
    assert str(caught.value) == f"the image has {len(RAW)} bytes; at most {len(RAW) - 1} are taken"


@pytest.mark.parametrize(("width", "height", "taken"), [(1, 4, True), (4, 1, True), (10, 41, False), (41, 10, False)])
def test_aspect_has_bounds(width: int, height: int, *, taken: bool) -> None:
    """Document 003: between 1:4 and 4:1, both included."""
    rules = ImageRules(aspect=(Fraction(1, 4), Fraction(4)))
    if taken:
        rules.check_bytes(png(width, height))
        return
    with pytest.raises(ImageError) as caught:
        rules.check_bytes(png(width, height))
    assert str(caught.value) == (f"the image is {width}x{height}; its width to height must lie between 1:4 and 4:1")
