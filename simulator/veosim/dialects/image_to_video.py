"""The dialect image-to-video: three models behind one path, told of by callback (document 002).

The document gives the submit's fields, what each model takes, the submit's answer and the callback of a success.
The rest is inferred, and marked so in openapi/image-to-video.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, FailFast, Field, ValidationError

from veosim.body import SIZE_LIMIT
from veosim.delivery import told
from veosim.dialects.base import (
    Answer,
    Kind,
    Operation,
    Places,
    RefusedError,
    canonical,
    json_answer,
    thumbnail_url,
    video_url,
)
from veosim.dialects.validation import (
    UnfitError,
    WebUrl,
    first_problem,
    image_checked,
    matching,
    require_among,
    whole_number,
)
from veosim.job import Job, JobRequest, JobView, State
from veosim.media.rules import ImageRules
from veosim.scenario.variants import Variants
from veosim.seeded import uuid4_from

IMAGES = ImageRules(base64=False)
"""002, Body: images are given as URIs; that a data URI is one of them is inferred."""

FORM = matching(
    r"(?i:https?://|data:image/(?:png|jpeg|webp);base64,)[\s\S]*",
    "an http(s) URL or a data:image/png, image/jpeg or image/webp URI in base64",
)
Image = Annotated[str, BeforeValidator(image_checked(IMAGES)), AfterValidator(FORM)]
WHOLE = BeforeValidator(whole_number)


class Task(BaseModel):
    """POST /v1/image_to_video (002, Body). Inferred: null is no value, unknown fields do no harm, a prompt has text."""

    model_config = ConfigDict(strict=True, extra="ignore")

    model: Literal["V", "KL", "S"]
    prompt: str = Field(min_length=1, max_length=1000)
    aspect_ratio: Literal["16:9", "9:16"]
    aspect_resolution: Literal["720p", "1080p", "4k"]
    duration: Annotated[Literal[4, 5, 6, 8, 10, 12], WHOLE]
    image_url: Image = ""
    reference_images: Annotated[list[Image], FailFast()] = []
    generate_audio: bool = False
    generate_count: Annotated[int, WHOLE, Field(ge=1, le=4)] = 1
    callback_url: WebUrl = Field(default="", exclude=True)


@dataclass(frozen=True, slots=True)
class Mode:
    """What a model takes when its pictures come in one field.

    Attributes:
        pictures: the most that it takes.
    """

    resolutions: tuple[str, ...]
    durations: tuple[int, ...]
    pictures: int
    audio: tuple[bool, ...] = (False,)


START, REFERENCES = "image_url", "reference_images"
MODES: Mapping[str, Mapping[str, Mode]] = {
    "V": {
        START: Mode(("720p", "1080p", "4k"), (4, 6, 8), 1, (False, True)),
        REFERENCES: Mode(("720p", "1080p", "4k"), (8,), 3, (False, True)),
    },
    "KL": {REFERENCES: Mode(("720p", "1080p"), (5, 10), 7)},
    "S": {START: Mode(("720p",), (6, 8, 12), 1)},
}
"""By model and by the field that holds its pictures (002, Detailed Model Parameter Rules, and Body for KL and S). The
7 of KL is inferred, and so is that another model's audio is refused."""

WORDS: Mapping[State, str] = {
    State.QUEUED: "QUEUED",
    State.RUNNING: "PROCESSING",
    State.SUCCEEDED: "SUCCEEDED",
    State.FAILED: "FAILED",
    State.CANCELLED: "FAILED",
}
"""Only SUCCEEDED is documented (002, Callback Example)."""

SUBMIT = Operation("submit", Kind.SUBMIT, "POST", "/v1/image_to_video")
STATUS = Operation("status", Kind.POLL, "GET", "/v1/image_to_video/{job_id}")


class ImageToVideo:
    """Translates between the engine and document 002."""

    name = "image-to-video"
    documents: tuple[str, ...] = ("002",)
    body_limit = SIZE_LIMIT
    authenticated = True
    signs = False
    images = IMAGES
    places = Places(
        status=(("data", "status"),),
        ids=(("data", "task_ids"), ("data", "task_id")),
        urls=(("data", "video_url"),),
    )
    operations: tuple[Operation, ...] = (SUBMIT, STATUS)

    def parse(self, operation: Operation, data: Mapping[str, object], variants: Variants) -> JobRequest:
        """A value that the model does not take is refused, also where another model would take it."""
        try:
            task = Task.model_validate(data)
            source = _source(task)
        except (ValidationError, UnfitError) as error:
            problem = first_problem(error)
            raise RefusedError(self.error(operation, 400, problem), problem) from None
        # A field that the model has no use for is ignored, and where the end is told changes nothing about the task.
        fields = task.model_dump(exclude={START, REFERENCES} - {source})
        return JobRequest(
            operation=operation.name,
            canonical=canonical(self.name, operation.name, fields),
            prompt=task.prompt,
            model=task.model,
            duration_s=float(task.duration),
            resolution=task.aspect_resolution,
            aspect_ratio=task.aspect_ratio,
            fields=fields,
            images=(task.image_url,) if source == START else tuple(task.reference_images),
            callback_url=task.callback_url or None,
            jobs=task.generate_count,
            audio=task.generate_audio,
        )

    def job_id(self, identity: bytes) -> str:
        """`i2v-` and a random-looking UUID without its hyphens, as both ids of the sample are."""
        return f"i2v-{uuid4_from(identity).replace('-', '')}"

    def accepted(self, operation: Operation, jobs: Sequence[Job]) -> Answer:
        """The ids of all videos (002, Response; that it is HTTP 200, and one id a video, is inferred)."""
        return json_answer(200, {"code": 0, "msg": "ok", "data": {"task_ids": [job.id for job in jobs]}})

    def status(self, operation: Operation, job: Job, view: JobView) -> Answer:
        """The callback's data with the video's measures (all inferred: the document knows no poll)."""
        video = told(job, view)
        (width, height), seconds = video.size, video.duration_s
        measures = {"duration": int(seconds) if seconds.is_integer() else seconds, "width": width, "height": height}
        return json_answer(200, {"code": 0, "msg": "ok", "data": _result(job, view) | measures})

    def unknown_job(self, operation: Operation, job_id: str) -> Answer:
        """404 in the error envelope (inferred)."""
        return self.error(operation, 404, f"No task has the id {job_id[:80]!r}.")

    def error(self, operation: Operation | None, status: int, message: str) -> Answer:
        """`{code, msg, data: null}`; the code is the HTTP status again, and so never 0 (inferred)."""
        return json_answer(status, {"code": status, "msg": message, "data": None})

    def callback(self, job: Job, view: JobView) -> bytes:
        """002, Callback Notification: `code` is 0 since the callback was sent, whatever became of the job."""
        data = {"code": 0, "msg": "ok", "task_type": "image_to_video", "data": _result(job, view)}
        return json_answer(200, data).body

    def example(self) -> tuple[Operation, Mapping[str, object]]:
        """The document's first sample in its values, with a prompt and a picture of our own, and no callback."""
        return SUBMIT, {
            "model": "V",
            "prompt": "The kite climbs above the dunes while the camera follows",
            "image_url": "https://images.example/kite.jpg",
            "aspect_ratio": "16:9",
            "aspect_resolution": "1080p",
            "duration": 6,
            "generate_audio": True,
            "generate_count": 1,
        }


def _source(task: Task) -> str:
    """The field that the pictures come from; the rest of the request fits it.

    Raises:
        UnfitError: with what the model takes instead.
    """
    modes, name = MODES[task.model], f"model {task.model}"
    given = [field for field in modes if field in task.model_fields_set]
    if len(given) != 1:
        found = "both" if given else "nothing"
        asked = "exactly one of them is required" if len(modes) > 1 else "this field is required"
        raise UnfitError(f"{', '.join(modes)}: found {found}; {asked} with {name}")
    source, mode = given[0], modes[given[0]]
    number = len(task.reference_images)
    if source == REFERENCES and not 1 <= number <= mode.pictures:
        raise UnfitError(f"{source}: found {number}; allowed with {name}: 1 to {mode.pictures}")
    when = f"{name} and {source}"
    require_among("aspect_resolution", task.aspect_resolution, mode.resolutions, when)
    require_among("duration", task.duration, mode.durations, when)
    require_among("generate_audio", task.generate_audio, mode.audio, when)
    return source


def _result(job: Job, view: JobView) -> dict[str, object]:
    """002, Callback Example: the data of one task. That a job without a video has "" for its URLs is inferred."""
    is_there = view.state is State.SUCCEEDED and not view.empty
    return {
        "task_id": job.id,
        "status": WORDS[view.state],
        "video_url": video_url(job) if is_there else "",
        "thumbnail_url": thumbnail_url(job) if is_there else "",
        "error_message": view.error.message if view.error is not None else "",
    }
