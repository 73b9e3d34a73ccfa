"""The formats `image` and `image-uri` of the OpenAPI documents, as their descriptions explain them."""

import base64
import io
import re

from jsonschema import Draft202012Validator, FormatChecker
from PIL import Image

FORMATS = FormatChecker(())
FORMATS.checkers = dict(Draft202012Validator.FORMAT_CHECKER.checkers)
HTTP_URL = re.compile(r"https?://[^\s/]", re.IGNORECASE)
IMAGE_KINDS = {"PNG", "JPEG", "WEBP"}
IMAGE_BYTES, IMAGE_ASPECT = 50_000_000, 4


def picture(text: str) -> tuple[bytes, Image.Image]:
    """Decode an image from a data URI, or from base64 alone; ValueError where it is none of the allowed kinds."""
    content = base64.b64decode(re.sub(r"^data:image/(png|jpeg|webp);base64,", "", text), validate=True)
    image = Image.open(io.BytesIO(content))
    if image.format not in IMAGE_KINDS:
        raise ValueError(image.format)
    return content, image


@FORMATS.checks("image-uri", raises=(ValueError, OSError))
def is_image_uri(text: object) -> bool:
    """Say whether a string is a data URI of an image."""
    return not isinstance(text, str) or (text.startswith("data:") and picture(text) is not None)


@FORMATS.checks("image", raises=(ValueError, OSError))
def is_image(text: object) -> bool:
    """Say whether a string is the URL of an image, or an image within the limits of document 003."""
    if not isinstance(text, str) or HTTP_URL.match(text):
        return True
    content, image = picture(text)
    return len(content) <= IMAGE_BYTES and max(image.size) <= IMAGE_ASPECT * min(image.size)
