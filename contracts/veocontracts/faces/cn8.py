"""The documented face of documents 000 and 001."""

from __future__ import annotations

from veocontracts.faces.model import Face, Service
from veocontracts.faces.schemas import body_schema, resolve
from veosim.resources import openapi

ENUM_FIELDS = ("model", "resolution", "duration", "aspect_ratio")


def cn8() -> Face:
    """The face of documents 000 and 001, with the enum tables of openapi/cn8-gateway.yaml."""
    services = {
        "text": Service("media-video-from-text", "/v1/proxy/media-video-from-text", "from-text", "prompt"),
        "image": Service("media-video-from-image", "/v1/proxy/media-video-from-image", "from-image", "image"),
    }
    document = openapi("cn8-gateway")
    schema = resolve(document, body_schema(document, services["text"].path))
    fields = {name: resolve(document, schema["properties"][name]) for name in ENUM_FIELDS}
    return Face(
        name="cn8-gateway",
        services=services,
        job_path="/v2/jobs/{job_id}",
        upload_path="/v1/proxy/upload-media",
        enums={name: tuple(found["enum"]) for name, found in fields.items()},
        defaults={name: str(found["default"]) for name, found in fields.items()},
        words={
            "queued": ("queued",),
            "running": ("processing",),
            "completed": ("completed",),
            "failed": ("failed",),
        },
    )
