"""The documented face of documents 000 and 001."""

from __future__ import annotations

from collections.abc import Mapping

from veocontracts.faces.assemble import Parts, assembled
from veocontracts.faces.build import CHOICES, Maker
from veocontracts.faces.model import Face
from veocontracts.wires import ROLES

NAME = "cn8-gateway"
SERVICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "text": ("media-video-from-text", ("prompt", *CHOICES)),
    "image": ("media-video-from-image", ROLES),
}
"""What jobs call each service, and the fields that it takes: each under the role's own name."""


def cn8() -> Face:
    """The face of documents 000 and 001, with the enum tables of openapi/cn8-gateway.yaml."""
    makers = {
        kind: (
            name,
            Maker(NAME, kind, f"/v1/proxy/{name}", {role: f"/{role}" for role in roles}, {}, ("url", "data", "raw")),
        )
        for kind, (name, roles) in SERVICES.items()
    }
    return assembled(
        makers,
        Parts(
            name=NAME,
            document=NAME,
            job_path="/v2/jobs/{job_id}",
            upload_path="/v1/proxy/upload-media",
            words={
                "queued": ("queued",),
                "running": ("processing",),
                "completed": ("completed",),
                "failed": ("failed",),
            },
            answer_id="/job/id",
            shown={
                "id": ("/id",),
                "state": ("/status",),
                "service": ("/service_name",),
                "created_at": ("/created_at",),
                "completed_at": ("/completed_at",),
                "result": ("/result_data",),
                "error": ("/error",),
            },
            speaks="api-video",
        ),
    )
