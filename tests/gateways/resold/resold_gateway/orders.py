"""Requests as document 004 allows them, and what to order at the vendor for each."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from resold_gateway.jobs import BUGS

MODEL = re.compile(r"veo-[23]\.[0-9]+-[a-z0-9.-]+")
CHOICES = {
    "aspectRatio": ("16:9", "9:16"),
    "durationSeconds": (8, 4, 6),
    "resolution": ("720p", "1080p", "4k"),
    "personGeneration": ("allow_adult", "allow_all"),
    "sampleCount": (1, 2, 3, 4),
}
"""The first of each is sent where the client leaves the field out; 004 names no defaults."""
PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}


class Refused(Exception):  # noqa: N818  an answer, not a fault
    def __init__(self, status: int, code: str, message: str, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.retry_after = status, code, retry_after


def object_of(body: bytes) -> dict[str, Any]:
    """A JSON object without lone surrogates and NaN."""
    try:
        data = json.loads(body.decode())
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refused(400, "invalid_request", f"The body is no JSON: {error}.") from error
    if not isinstance(data, dict):
        raise Refused(400, "invalid_request", "The body must be a JSON object.")
    return data


def ordered(data: dict[str, Any]) -> dict[str, Any]:
    """What to order at the vendor, for a request that 004 allows: exact values only, nothing mended."""
    require(isinstance(data.get("model"), str) and MODEL.fullmatch(data["model"]), "model must name a Veo model")
    require(isinstance(data.get("prompt"), str) and data["prompt"], "prompt must be a text")
    image, metadata = picture("image", data.get("image")), data.get("metadata", {})
    require(isinstance(metadata, dict), "metadata must be an object")
    chosen = {name: metadata.get(name, allowed[0]) for name, allowed in CHOICES.items()}
    if BUGS and isinstance(chosen["aspectRatio"], str) and chosen["aspectRatio"] != "9:16":
        chosen["aspectRatio"] = "16:9"  # planted: falls-back-to-landscape
    for name, allowed in CHOICES.items():
        right = chosen[name] in allowed and not isinstance(chosen[name], bool)
        require(right, f"metadata.{name} must be one of {', '.join(map(str, allowed))}")
    checked_lacks(metadata)
    return {
        "model": "V",
        "prompt": data["prompt"],
        "image_url": image,
        "aspect_ratio": chosen["aspectRatio"],
        "aspect_resolution": chosen["resolution"],
        "duration": int(chosen["durationSeconds"]),
        "generate_audio": not data["model"].startswith("veo-2."),
        "metadata": metadata,
    }


def checked_lacks(metadata: dict[str, Any]) -> None:
    """What the vendor cannot do must be right all the same."""
    require(isinstance(metadata.get("negativePrompt", ""), str), "metadata.negativePrompt must be a text")
    storage = metadata.get("storageUri", "gs://bucket")
    require(isinstance(storage, str) and re.match("gs://.", storage), "metadata.storageUri must begin with gs://")
    if "lastFrame" in metadata:
        picture("metadata.lastFrame", metadata["lastFrame"])
    references = metadata.get("referenceImages", [])
    require(isinstance(references, list) and len(references) <= 3, "metadata.referenceImages are three at most")
    for each in references:
        kind = each.get("referenceType") if isinstance(each, dict) else None
        require(kind in ("asset", "style"), "referenceType must be asset or style")
        picture("metadata.referenceImages", each.get("image"))


def picture(name: str, found: object) -> str:
    """The base64 text of a picture, as the URI that the vendor wants."""
    if isinstance(found, str) and found.isascii():
        try:
            content = base64.b64decode(found, validate=True)
        except ValueError:
            content = b""
        for begins, kind in PICTURES.items():
            if content.startswith(begins):
                return f"data:{kind};base64,{found}"
    raise Refused(400, "invalid_request", f"{name} must be a PNG, JPEG or WebP file in base64.")


def require(right: object, problem: str) -> None:
    """Refuse with 400 unless it is right."""
    if not right:
        raise Refused(400, "invalid_request", f"{problem}.")
