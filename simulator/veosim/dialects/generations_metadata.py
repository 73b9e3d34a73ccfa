"""The dialect generations-metadata: Veo behind an envelope that always says success (document 004).

One task store has two faces: /v1/video/generations, whose bodies the page documents, and /v1/videos, of which it gives
the paths and the status words. What it leaves open is inferred, and marked so in openapi/generations-metadata.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from veosim.delivery import base64_video
from veosim.dialects.base import Answer, Kind, Operation, Places, RefusedError, canonical, json_answer
from veosim.dialects.error_words import error_word
from veosim.dialects.validation import first_problem, image_checked, matching, whole_number
from veosim.dialects.video_object import SIZES, video_object
from veosim.job import Job, JobError, JobRequest, JobView, State
from veosim.media.rules import ImageRules
from veosim.scenario.variants import GenerationsMetadataVariant, Variants
from veosim.seeded import letters_from

EXAMPLE_IMAGE = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAJAQAAAAATUZGfAAAAC0lEQVR42mNgwAkAABsAAVmYPeoAAAAASUVORK5CYII="
"""A PNG of 16 by 9 pixels."""

IMAGES = ImageRules(urls=False, data_uris=False)
"""004, Request Parameters: an image is base64 text; that a URL or a data URI is refused is inferred."""

REFERENCE_MODEL = "veo-3.1-generate-preview"
SILENT = "veo-2."
"""How the names of models begin whose videos have no sound (inferred: 004 does not speak of sound)."""

Inline = Annotated[str, BeforeValidator(image_checked(IMAGES))]
WHOLE = BeforeValidator(whole_number)
MODEL = AfterValidator(matching(r"veo-[23]\.\d+-[a-z0-9.-]+", "a Veo 2 or 3 model, such as veo-3.0-fast-generate-001"))
STORAGE = AfterValidator(matching(r"gs://.[\s\S]*", "a gs:// URI"))


class _Fields(BaseModel):
    """Types are exact, unknown fields do no harm, and null is no value (the latter two inferred)."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, alias_generator=to_camel)


class ReferenceImage(_Fields):
    """004, referenceImages Array Elements."""

    image: Inline
    reference_type: Literal["asset", "style"]


class Metadata(_Fields):
    """004, metadata Parameters. All defaults but that of sampleCount are inferred, and so are 4k and the bound of 4."""

    aspect_ratio: Literal["16:9", "9:16"] = "16:9"
    duration_seconds: Annotated[Literal[4, 6, 8], WHOLE] = 8
    negative_prompt: str = ""
    person_generation: Literal["allow_all", "allow_adult"] = "allow_adult"
    resolution: Literal["720p", "1080p", "4k"] = "720p"
    sample_count: Annotated[int, WHOLE, Field(ge=1, le=4)] = 1
    storage_uri: Annotated[str, STORAGE] = ""
    last_frame: Inline = ""
    reference_images: list[ReferenceImage] = Field(default=[], max_length=3)


class _Request(_Fields):
    """What both submits share. Any Veo 2 or 3 model passes, since the page has but one example (inferred)."""

    model: Annotated[str, MODEL]
    prompt: Annotated[str, Field(min_length=1)]
    metadata: Metadata = Metadata()

    def settings(self) -> Metadata:
        """The metadata that holds in the end."""
        return self.metadata


class Generation(_Request):
    """POST /v1/video/generations (004, Request Parameters)."""

    image: Inline


class Video(_Request):
    """POST /v1/videos, a path without a body in 004 (all inferred): the form above or that of OpenAI's video object."""

    image: Inline = ""
    input_reference: Annotated[str, BeforeValidator(image_checked(ImageRules())), Field(alias="input_reference")] = ""
    seconds: Literal["4", "6", "8"] = "8"
    size: Literal["1280x720", "720x1280", "1920x1080", "1080x1920"] = "1280x720"

    def settings(self) -> Metadata:
        """Where both forms speak of one thing, the metadata's word holds (inferred)."""
        resolution, aspect_ratio = SIZES[self.size]
        implied = {"duration_seconds": int(self.seconds), "resolution": resolution, "aspect_ratio": aspect_ratio}
        spelled = self.metadata.model_fields_set
        return self.metadata.model_copy(update={name: implied[name] for name in implied if name not in spelled})


SUBMIT = Operation("submit", Kind.SUBMIT, "POST", "/v1/video/generations")
STATUS = Operation("status", Kind.POLL, "GET", "/v1/video/generations/{job_id}")
VIDEOS_SUBMIT = Operation("videos-submit", Kind.SUBMIT, "POST", "/v1/videos")
VIDEOS_STATUS = Operation("videos-status", Kind.POLL, "GET", "/v1/videos/{job_id}")
CONTENT = Operation("content", Kind.CONTENT, "GET", "/v1/videos/{job_id}/content")

_BODIES: Mapping[str, type[Generation | Video]] = {SUBMIT.name: Generation, VIDEOS_SUBMIT.name: Video}
_VIDEOS_FACE = frozenset({VIDEOS_SUBMIT, VIDEOS_STATUS, CONTENT})

_STATUSES: Mapping[State, str] = {
    State.QUEUED: "queued",
    State.SUCCEEDED: "succeeded",
    State.FAILED: "failed",
    State.CANCELLED: "failed",
}
"""004, Response Field Descriptions; the word of a running task is the variant's."""


class GenerationsMetadata:
    """Translates between the engine and document 004."""

    name = "generations-metadata"
    documents: tuple[str, ...] = ("004",)
    body_limit = 32 * 1024 * 1024
    authenticated = True
    signs = False
    images = IMAGES
    places = Places(
        status=(("data", "status"), ("status",)),
        ids=(("task_id",), ("data", "task_id"), ("id",)),
        urls=(("data", "url"), ("data", "bytes_base64_encoded")),
    )
    operations: tuple[Operation, ...] = (SUBMIT, STATUS, VIDEOS_SUBMIT, VIDEOS_STATUS, CONTENT)

    def parse(self, operation: Operation, data: Mapping[str, object], variants: Variants) -> JobRequest:
        """A wrong value is a 400 that names it; a feature that the model lacks is not, it fails the job."""
        try:
            body = _BODIES[operation.name].model_validate(data)
        except ValidationError as error:
            problem = first_problem(error)
            raise RefusedError(self.error(operation, 400, problem), problem) from None
        settings = body.settings()
        reference = body.input_reference if isinstance(body, Video) else ""
        given = (body.image, reference, settings.last_frame, *(each.image for each in settings.reference_images))
        fields = body.model_dump(exclude={"seconds", "size"}) | {"metadata": settings.model_dump(by_alias=True)}
        may_fail = variants.generations_metadata.unsupported == "fail"
        return JobRequest(
            operation=operation.name,
            canonical=canonical(self.name, operation.name, fields),
            prompt=body.prompt,
            model=body.model,
            duration_s=float(settings.duration_seconds),
            resolution=settings.resolution,
            aspect_ratio=settings.aspect_ratio,
            fields=fields,
            images=tuple(filter(None, given)),
            videos=settings.sample_count,
            lacks=_lacking(body.model, settings) if may_fail else None,
            audio=not body.model.startswith(SILENT),
        )

    def job_id(self, identity: bytes) -> str:
        """`task_` and 32 letters and digits (inferred)."""
        return f"task_{letters_from(identity, 32)}"

    def accepted(self, operation: Operation, jobs: Sequence[Job]) -> Answer:
        """`{task_id}` (004, Response Field Descriptions), or a queued video object (inferred)."""
        job = jobs[0]
        if operation in _VIDEOS_FACE:
            return json_answer(200, video_object(job, JobView(State.QUEUED, 0)))
        return json_answer(200, {"task_id": job.id})

    def status(self, operation: Operation, job: Job, view: JobView) -> Answer:
        """Either face of a task, whichever of the two submits made it."""
        return json_answer(200, video_object(job, view) if operation in _VIDEOS_FACE else _task(job, view))

    def unknown_job(self, operation: Operation, job_id: str) -> Answer:
        """400 `task_not_exist` on /v1/video/generations, 404 elsewhere (both inferred)."""
        message = f"No task has the id {job_id[:80]!r}."
        if operation == STATUS:
            return json_answer(400, {"code": "task_not_exist", "message": message, "data": None})
        return self.error(operation, 404, message)

    def error(self, operation: Operation | None, status: int, message: str) -> Answer:
        """`{code, message, data: null}`, or OpenAI's `{error: {code, message}}` on /v1/videos (both inferred)."""
        code = error_word(status)
        if operation in _VIDEOS_FACE:
            return json_answer(status, {"error": {"code": code, "message": message}})
        return json_answer(status, {"code": code, "message": message, "data": None})

    def callback(self, job: Job, view: JobView) -> bytes:
        """The document knows no callback; nothing here sends one."""
        return self.status(STATUS, job, view).body

    def example(self) -> tuple[Operation, Mapping[str, object]]:
        """The page's model with an image and a prompt of our own."""
        return SUBMIT, {
            "model": "veo-3.0-fast-generate-001",
            "prompt": "The lighthouse lamp turns while fog rolls in",
            "image": EXAMPLE_IMAGE,
            "metadata": {"durationSeconds": 8, "aspectRatio": "16:9"},
        }


def _task(job: Job, view: JobView) -> dict[str, object]:
    """The envelope of 004's three samples, in their order: `code` says success even of a failure.

    `url` is where the video is, or why there is none; in `base64` delivery the video itself takes its place. The shape
    has room for one video, so those that sampleCount asks for beyond the first lie at the URLs of `base.video_url`,
    and nothing in the answer names them (inferred).
    """
    variant = job.variant if isinstance(job.variant, GenerationsMetadataVariant) else GenerationsMetadataVariant()
    encoded, url = "", view.error.message if view.error else ""
    if view.state is State.SUCCEEDED and not view.empty:
        if variant.delivery == "base64":
            encoded = base64_video(job)
        else:
            url = f"{job.base}{CONTENT.path.format(job_id=job.id)}"
    data = {
        "bytes_base64_encoded": encoded,
        "error": None,
        "format": "mp4",
        "metadata": None,
        "status": _STATUSES.get(view.state, variant.running),
        "task_id": job.id,
        "url": url,
    }
    return {"code": "success", "message": "", "data": data}


def _lacking(model: str, metadata: Metadata) -> JobError | None:
    """What the request asks for and cannot have.

    004 ties lastFrame to Veo 3.1 models and referenceImages to one of them (Usage Examples 2 and 3), and shows a job
    that failed over its mix of reference images (Response Example, Failed); that these fail the job is inferred.
    """
    kinds = {each.reference_type for each in metadata.reference_images}
    if metadata.last_frame and not model.startswith("veo-3.1-"):
        problem = f"{model} takes no last frame; only Veo 3.1 models do."
    elif kinds and model != REFERENCE_MODEL:
        problem = f"{model} takes no reference images; only {REFERENCE_MODEL} does."
    elif len(kinds) > 1:
        problem = "Asset and style reference images cannot be used together."
    else:
        return None
    return JobError("unsupported_feature", problem)
