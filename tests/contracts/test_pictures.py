"""Pictures: small and large ones, true to their headers, different for each order."""

import pytest

from veocontracts.pictures import picture
from veosim.media.image import inline, sniff

ONE, OTHER = bytes(range(32)), bytes(range(1, 33))


@pytest.mark.parametrize(
    ("form", "begins", "seen"),
    [
        ("data", "data:image/png;base64,", ("png", 1, 1)),
        ("raw", "iVBOR", ("png", 1, 1)),
        ("large", "data:image/png;base64,", ("png", 274, 274)),
        ("large-raw", "iVBOR", ("png", 274, 274)),
        ("jpeg", "data:image/jpeg;base64,", ("jpeg", 1, 1)),
    ],
)
def test_an_inline_picture_is_what_it_says(form: str, begins: str, seen: tuple[str, int, int]) -> None:
    """Its type, its size in pixels; another order's is another."""
    text = picture(form, "mk-1", ONE)
    raw = inline(text)
    assert text.startswith(begins)
    assert raw is not None
    image = sniff(raw)
    assert (image.format, image.width, image.height) == seen
    assert text == picture(form, "mk-2", ONE) != picture(form, "mk-1", OTHER)


@pytest.mark.parametrize("form", ["large", "large-raw"])
def test_a_large_picture_is_as_long_as_a_photo(form: str) -> None:
    """About 300 kB of text."""
    assert len(picture(form, "mk-1", ONE)) == pytest.approx(300_000, rel=0.01)


@pytest.mark.parametrize(("form", "scheme"), [("url", "https"), ("http", "http")])
def test_an_address_has_the_marker(form: str, scheme: str) -> None:
    """So that the simulator knows the order by it."""
    address = f"{scheme}://images.example/mk-1/start.png?signature=a%2Fb&expires=3600"
    assert picture(form, "mk-1", ONE) == address
