"""The documented dialects as the suite reads them: one row for each, whether an upstream or a gateway speaks it.

Sources: api-video 000 and 001 (paths in Overview and Guides & Tips, Async lifecycle; request fields in Changelog 1.1;
those of a success in the gateway's own sample, Quickstart); image-to-video 002 (Body; ids in POST /v1/image_to_video;
Callback Notification); generations-seconds 003 (Request body, Response; `succeeded` in Quick flow);
generations-metadata 004 (Usage Examples, metadata Parameters, 2. Query Task Status). What these leave open is inferred,
as in openapi/, where each dialect has its document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from veocontracts.pointers import MISSING, found

ROLES = ("prompt", "image", "model", "resolution", "duration", "aspect_ratio")
"""What a request for a video can say, whatever an API calls it."""


@dataclass(frozen=True, slots=True)
class Wire:
    """Where a dialect says what. Where several pointers stand, each is tried in turn.

    Attributes:
        submits: the paths that take jobs, by what a job is made from: `text` or `image`.
        job: the path of a job, its id in braces.
        fields: where a request has each role; the first is where the suite writes it.
        images: the documented forms of an image: `url`, `data` (a data URI), `raw` (base64 alone).
        more_images: those that are inferred.
        id: where the answer to a submit has the job's id.
        shown_id: where a read has it; nothing where not every read does.
        result: where an answer shows the choices that a video was made with.
        words: its words for `queued`, `running`, `completed`, `failed`.
        unknown: the HTTP statuses of a job that nobody knows.
        prompt_limit: the longest prompt, in characters; 0 for none.
    """

    submits: Mapping[str, str]
    job: str
    fields: Mapping[str, tuple[str, ...]]
    images: tuple[str, ...]
    id: str
    shown_id: tuple[str, ...]
    status: tuple[str, ...]
    video_url: tuple[str, ...]
    duration: tuple[str, ...]
    message: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    more_images: tuple[str, ...] = ()
    result: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: tuple[int, ...] = (404,)
    prompt_limit: int = 0

    def said(self, request: object) -> dict[str, object]:
        """What a request says, by roles; a role that it leaves out is not there."""
        there = {role: [found(request, pointer) for pointer in places] for role, places in self.fields.items()}
        return {
            role: value
            for role, values in there.items()
            if (value := next((each for each in values if each is not MISSING), MISSING)) is not MISSING
        }


WIRES: Mapping[str, Wire] = {
    "api-video": Wire(
        submits={"text": "/api/video/from-text", "image": "/api/video/from-image"},
        job="/api/video/status/{job_id}",
        fields={role: (f"/{role}",) for role in ROLES},
        images=("url", "data", "raw"),
        id="/job_id",
        shown_id=(),
        status=("/status",),
        video_url=("/video_url",),
        duration=("/duration_seconds",),
        message=("/message",),
        words={"queued": ("queued",), "running": ("processing",), "completed": ("success",), "failed": ("error",)},
        result={name: (f"/{name}",) for name in ("model", "resolution", "aspect_ratio")},
    ),
    "image-to-video": Wire(
        submits={"image": "/v1/image_to_video"},
        job="/v1/image_to_video/{task_id}",
        fields={
            "prompt": ("/prompt",),
            "image": ("/image_url",),
            "model": ("/model",),
            "resolution": ("/aspect_resolution",),
            "duration": ("/duration",),
            "aspect_ratio": ("/aspect_ratio",),
        },
        images=("url",),
        more_images=("data",),
        id="/data/task_ids/0",
        shown_id=("/data/task_id",),
        status=("/data/status",),
        video_url=("/data/video_url",),
        duration=("/data/duration",),
        message=("/data/error_message", "/msg"),
        words={
            "queued": ("QUEUED",),
            "running": ("PROCESSING",),
            "completed": ("SUCCEEDED",),
            "failed": ("FAILED",),
        },
        prompt_limit=1000,
    ),
    "generations-seconds": Wire(
        submits={"image": "/v1/video/generations"},
        job="/v1/video/generations/{task_id}",
        fields={
            "prompt": ("/prompt",),
            "image": ("/images/0", "/input_reference"),
            "model": ("/model",),
            "resolution": ("/size",),
            "duration": ("/seconds", "/duration"),
            "aspect_ratio": ("/aspect_ratio",),
        },
        images=("url",),
        more_images=("data", "raw"),
        id="/task_id",
        shown_id=("/task_id",),
        status=("/status",),
        video_url=("/url",),
        duration=("/seconds",),
        message=("/error/message",),
        words={
            "queued": ("queued",),
            "running": ("in_progress",),
            "completed": ("succeeded",),
            "failed": ("failed", "cancelled"),
        },
        prompt_limit=5000,
    ),
    "generations-metadata": Wire(
        submits={"image": "/v1/video/generations"},
        job="/v1/video/generations/{task_id}",
        fields={
            "prompt": ("/prompt",),
            "image": ("/image", "/input_reference"),
            "model": ("/model",),
            "resolution": ("/metadata/resolution", "/size"),
            "duration": ("/metadata/durationSeconds", "/seconds"),
            "aspect_ratio": ("/metadata/aspectRatio",),
        },
        images=("raw",),
        id="/task_id",
        shown_id=("/data/task_id",),
        status=("/data/status", "/status"),
        video_url=("/data/url", "/data/bytes_base64_encoded"),
        duration=("/seconds",),
        message=("/data/url", "/error/message", "/message"),
        words={
            "queued": ("queued",),
            "running": ("processing", "in_progress"),
            "completed": ("succeeded", "completed"),
            "failed": ("failed",),
        },
        unknown=(404, 400),
    ),
}
