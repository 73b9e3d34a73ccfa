"""What a dialect asks of the images that it is sent: their forms, and where documented their size and aspect."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from veosim.media.image import ImageError, decode, inline, is_url, sniff, within_aspect


@dataclass(frozen=True, slots=True)
class ImageRules:
    """One dialect's rules.

    Attributes:
        urls: whether http and https URLs are taken.
        data_uris: whether `data:image/…;base64,` URIs are taken.
        base64: whether base64 text alone is taken.
        size_limit: bytes of the picture itself; None for no limit.
        aspect: narrowest and widest ratio of width to height; None for any.
    """

    urls: bool = True
    data_uris: bool = True
    base64: bool = True
    size_limit: int | None = None
    aspect: tuple[Fraction, Fraction] | None = None

    @property
    def allowed(self) -> str:
        """The forms in words."""
        forms = [
            name
            for name, taken in (
                ("an http(s) URL", self.urls),
                ("a base64 data URI", self.data_uris),
                ("base64 image bytes", self.base64),
            )
            if taken
        ]
        return " or ".join([", ".join(forms[:-1]), forms[-1]] if forms[1:] else forms)

    def check_text(self, text: str) -> None:
        """Judge an image as a request holds it; one behind a URL is not looked at.

        Raises:
            ImageError: a form, format, size or aspect that is not taken.
        """
        raw = self._bytes(text)
        if raw is not None:
            self.check_bytes(raw)

    def _bytes(self, text: str) -> bytes | None:
        """The picture, or None where it lies behind a URL."""
        is_uri, is_address = text[:5].lower() == "data:", is_url(text)
        if is_address and self.urls:
            return None
        try:
            if is_uri and self.data_uris:
                return inline(text)
            if self.base64 and not (is_uri or is_address):
                return decode(text)
        except ImageError as error:
            raise ImageError(f"Input should be {self.allowed}; {error}") from None
        raise ImageError(f"Input should be {self.allowed}")

    def check_bytes(self, raw: bytes) -> None:
        """Judge a picture itself.

        Raises:
            ImageError: a format, size or aspect that is not taken.
        """
        if self.size_limit is not None and len(raw) > self.size_limit:
            raise ImageError(f"the image has {len(raw)} bytes; at most {self.size_limit} are taken")
        image = sniff(raw)
        if self.aspect is not None and not within_aspect(image, *self.aspect):
            low, high = (f"{bound.numerator}:{bound.denominator}" for bound in self.aspect)
            found = f"{image.width}x{image.height}"
            raise ImageError(f"the image is {found}; its width to height must lie between {low} and {high}")
