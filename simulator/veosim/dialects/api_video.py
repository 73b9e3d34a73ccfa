"""The dialect api-video: the upstream behind the CN8 gateway (documents 000 and 001).

The documents give the paths, the request fields with their exact values and defaults, and the fields of a success;
what else stands here is inferred, and marked so in openapi/api-video.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from veosim.delivery import told
from veosim.dialects.base import Answer, Kind, Operation, Places, RefusedError, canonical, json_answer, video_url
from veosim.job import Job, JobRequest, JobView, State
from veosim.media.image import ImageError
from veosim.media.rules import ImageRules
from veosim.scenario.variants import ApiVideoVariant, Variants
from veosim.seeded import uuid4_from

SHOWN_INPUT = 200
IMAGES = ImageRules()


def _image(value: object) -> object:
    if isinstance(value, str):
        try:
            IMAGES.check_text(value)
        except ImageError as error:
            raise PydanticCustomError("image", "{problem}", {"problem": str(error)}) from None
    return value


class _Video(BaseModel):
    """The fields that both submits share. Other fields do no harm (inferred: the documents are silent)."""

    model_config = ConfigDict(strict=True, extra="ignore")

    model: Literal["veo (Audio)", "veo fast (Audio)"] = "veo (Audio)"
    resolution: Literal["512P", "1080P"] = "1080P"
    duration: Literal["4s", "8s"] = "4s"
    aspect_ratio: Literal["16:9", "9:16"] = "16:9"


class VideoFromText(_Video):
    """POST /api/video/from-text (001 Quickstart; Changelog 1.1 for values and defaults)."""

    prompt: str = Field(min_length=1)


class VideoFromImage(_Video):
    """POST /api/video/from-image (000 Quickstart; Changelog 1.1): image is required, prompt is not."""

    image: Annotated[str, Field(min_length=1), BeforeValidator(_image)]
    prompt: str = ""


FROM_TEXT = Operation("from-text", Kind.SUBMIT, "POST", "/api/video/from-text")
FROM_IMAGE = Operation("from-image", Kind.SUBMIT, "POST", "/api/video/from-image")
STATUS = Operation("status", Kind.POLL, "GET", "/api/video/status/{job_id}")

_MODELS: Mapping[str, type[VideoFromText | VideoFromImage]] = {
    FROM_TEXT.name: VideoFromText,
    FROM_IMAGE.name: VideoFromImage,
}


class ApiVideo:
    """Translates between the engine and documents 000 and 001."""

    name = "api-video"
    documents: tuple[str, ...] = ("000", "001")
    body_limit = 32 * 1024 * 1024
    authenticated = False
    signs = False
    images = IMAGES
    places = Places(status=(("status",),), ids=(("job_id",),), urls=(("video_url",),))
    operations: tuple[Operation, ...] = (FROM_TEXT, FROM_IMAGE, STATUS)

    def parse(self, operation: Operation, data: Mapping[str, object], variants: Variants) -> JobRequest:
        """Validate as the upstream's own models do: a wrong value is a 400 that names it."""
        try:
            video = _MODELS[operation.name].model_validate(data)
        except ValidationError as error:
            detail = [_detail(item) for item in error.errors(include_url=False, include_context=False)]
            first = f"{'.'.join(str(part) for part in detail[0]['loc'])}: {detail[0]['msg']}"
            body = {"status": "error", "message": f"Validation failed: {first}", "detail": detail}
            raise RefusedError(json_answer(400, body), first) from None
        fields = dict(vars(video))
        return JobRequest(
            operation=operation.name,
            canonical=canonical(self.name, operation.name, fields),
            prompt=video.prompt,
            model=video.model,
            duration_s=float(video.duration.removesuffix("s")),
            resolution=video.resolution,
            aspect_ratio=video.aspect_ratio,
            fields=fields,
            images=(video.image,) if isinstance(video, VideoFromImage) else (),
        )

    def job_id(self, identity: bytes) -> str:
        """A random-looking UUID (inferred)."""
        return uuid4_from(identity)

    def accepted(self, operation: Operation, jobs: Sequence[Job]) -> Answer:
        """`{status: queued, job_id}` (inferred: the documents say only that the upstream returns its own job_id)."""
        return json_answer(200, {"status": "queued", "job_id": jobs[0].id})

    def status(self, operation: Operation, job: Job, view: JobView) -> Answer:
        """The documented result fields on success, the documented error envelope on failure."""
        if view.state is State.SUCCEEDED:
            return json_answer(200, {"status": "success"} if view.empty else self._result(job, view))
        if view.error is not None:
            status = job.variant.failed_status if isinstance(job.variant, ApiVideoVariant) else 200
            return json_answer(status, {"status": "error", "message": view.error.message, "code": view.error.code})
        word = "queued" if view.state is State.QUEUED else "processing"
        return json_answer(200, {"status": word, "job_id": job.id, "progress": view.progress})

    def _result(self, job: Job, view: JobView) -> dict[str, object]:
        request = job.request
        return {
            "status": "success",
            "video_url": video_url(job),
            "duration_seconds": told(job, view).duration_s,
            "model": request.model,
            "resolution": request.resolution,
            "aspect_ratio": request.aspect_ratio,
        }

    def unknown_job(self, operation: Operation, job_id: str) -> Answer:
        """404 in the error envelope (inferred)."""
        return self.error(operation, 404, f"No job has the id {job_id[:80]!r}.")

    def error(self, operation: Operation | None, status: int, message: str) -> Answer:
        """The documented `{status: error}` envelope; `message` is inferred, and `detail`, which every 400 has."""
        detail = {"detail": [{"type": "value_error", "loc": ["body"], "msg": message}]} if status == 400 else {}
        return json_answer(status, {"status": "error", "message": message} | detail)

    def callback(self, job: Job, view: JobView) -> bytes:
        """The documents know no callback; nothing here sends one."""
        return self.status(STATUS, job, view).body

    def example(self) -> tuple[Operation, Mapping[str, object]]:
        """The documents' sample values with a prompt of our own."""
        return FROM_TEXT, {
            "prompt": "A paper boat drifts down a rainy street",
            "model": "veo (Audio)",
            "resolution": "1080P",
            "duration": "4s",
            "aspect_ratio": "16:9",
        }


def _detail(item: Any) -> dict[str, Any]:
    """One pydantic error as FastAPI services show it, without echoing a whole image."""
    detail = {"type": item["type"], "loc": ["body", *item["loc"]], "msg": item["msg"]}
    found = item["input"]
    if found is None or isinstance(found, bool | int | float) or (isinstance(found, str) and len(found) <= SHOWN_INPUT):
        detail["input"] = found
    return detail
