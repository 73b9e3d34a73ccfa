"""The dialect generations-seconds: Veo with its seconds in quotes, off-peak jobs and signed callbacks (document 003).

The document gives the submit's fields and answer; its sample request belongs to another model family and breaks the
table, so it is a row of its own. The rest is inferred, and marked so in openapi/generations-seconds.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, FailFast, Field, ValidationError

from veosim.dialects.base import Answer, Kind, Operation, Places, RefusedError, canonical, json_answer, video_url
from veosim.dialects.error_words import error_word
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
from veosim.scenario.variants import GenerationsSecondsVariant, Variants
from veosim.seeded import letters_from
from veosim.units import UNITS

MEGABYTE = 1024 * 1024
IMAGES = ImageRules(size_limit=50 * MEGABYTE, aspect=(Fraction(1, 4), Fraction(4)))
"""003, Image rules. The forms are inferred; the sample shows a URL."""

OFF_PEAK_LIMIT = 48 * UNITS["h"]
"""003, Notes: how long an off-peak job may take, in nanoseconds."""

Image = Annotated[str, BeforeValidator(image_checked(IMAGES))]
WHOLE = BeforeValidator(whole_number)
MODEL = matching(r"veo-(2\.\d+|3\.[01])-[a-z0-9.-]+", "a Veo 2, 3.0 or 3.1 model, such as veo-3.0-generate-001")
SIZE = matching(r"720p|1080p|4k|[1-9]\d{1,3}x[1-9]\d{1,3}", "720p, 1080p, 4k or pixels, such as 1280x720")

FIRST_FRAME = ("images", "input_reference")
"""Two names of one thing (003, Request body), of which a request uses one (inferred)."""

TURBO = "Veoq3-turbo"

SILENT = "veo-2."
"""How the names of models begin whose videos have no sound (inferred: 003 speaks of sound for other families only)."""


@dataclass(frozen=True, slots=True)
class Family:
    """The models whose names begin with `prefix`."""

    name: str
    prefix: str
    seconds: tuple[int, ...]
    has_4k: bool = True


FAMILIES = (
    Family("Veo 2", "veo-2.", (5, 6, 7, 8), has_4k=False),
    Family("Veo 3.0", "veo-3.0-", (4, 6, 8)),
    Family("Veo 3.1 and a first frame", "veo-3.1-", (8,)),
)
"""The first that fits a name holds (003, Request body). A first frame fixes the seconds on Veo 3.1, and every request
has one; that Veo 2 has the four values from 5 to 8 is inferred."""

FORMS: Mapping[str, tuple[type[str] | type[int], ...]] = {"either": (str, int), "string": (str,), "integer": (int,)}
"""How seconds are written, by what the scenario insists on: the type column says integer, and the values are quoted."""


class _Submit(BaseModel):
    """What every model takes (003, Request body and Notes). Inferred: null is no value, unknown fields do no harm."""

    model_config = ConfigDict(strict=True, extra="ignore")

    model: str
    prompt: str = Field(min_length=1, max_length=5000)
    images: Annotated[list[Image], FailFast(), Field(min_length=1)] = []
    input_reference: Image = ""
    off_peak: bool = False
    callback_url: WebUrl = ""

    @property
    def pictures(self) -> tuple[str, ...]:
        """Under whichever name they came; the first is the first frame."""
        return (self.input_reference,) if self.input_reference else tuple(self.images)

    def require_first_frame(self) -> None:
        """Judge that there is one.

        Raises:
            UnfitError: there is none, or it came under both names.
        """
        given = [name for name in FIRST_FRAME if name in self.model_fields_set]
        if len(given) != 1:
            found = "both" if given else "neither"
            raise UnfitError(f"{', '.join(FIRST_FRAME)}: found {found}; exactly one of them is required")


PIXELS_OF_4K = 3840


def is_4k(size: str) -> bool:
    """By name, or by its longer side (inferred)."""
    return size == "4k" or ("x" in size and max(map(int, size.split("x"))) >= PIXELS_OF_4K)


class VeoSubmit(_Submit):
    """The documented table. The three values of aspect_ratio are inferred, and the bounds of a pixel size."""

    model: Annotated[str, AfterValidator(MODEL)]
    aspect_ratio: Literal["16:9", "9:16", "1:1"]
    seconds: Annotated[Literal["4", "5", "6", "7", "8", 4, 5, 6, 7, 8], WHOLE] = "8"
    size: Annotated[str, AfterValidator(SIZE)] = "720p"

    @property
    def length(self) -> int:
        """Seconds of video."""
        return int(self.seconds)

    def require_fit(self, variant: GenerationsSecondsVariant) -> None:
        """Judge what depends on the model, and on the scenario.

        Raises:
            UnfitError: another model would take it, or seconds in the other form.
        """
        family = next(family for family in FAMILIES if self.model.startswith(family.prefix))
        if "seconds" in self.model_fields_set:
            allowed = [form(number) for form in FORMS[variant.seconds] for number in family.seconds]
            require_among("seconds", self.seconds, allowed, family.name)
        if is_4k(self.size) and not family.has_4k:
            allowed_sizes = "720p, 1080p or fewer pixels than 3840 on a side, such as 1280x720"
            raise UnfitError(f"size: found {self.size!r}; allowed with {family.name}: {allowed_sizes}")


class TurboSubmit(_Submit):
    """The document's sample request: a model that the table does not list, and takes `duration` in place of it.

    That the field is required, and its bounds, are inferred.
    """

    size: ClassVar[str] = "720p"
    aspect_ratio: ClassVar[str] = "16:9"

    model: Literal["Veoq3-turbo"]
    duration: Annotated[int, WHOLE, Field(ge=1, le=60)]

    @property
    def length(self) -> int:
        """Seconds of video."""
        return self.duration

    def require_fit(self, variant: GenerationsSecondsVariant) -> None:
        """Always: here no field depends on another."""


WORDS: Mapping[State, str] = {
    State.QUEUED: "queued",
    State.RUNNING: "in_progress",
    State.SUCCEEDED: "succeeded",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
}
"""`queued` and `succeeded` are documented (003, Quick flow and Response), the others inferred."""

SUBMIT = Operation("submit", Kind.SUBMIT, "POST", "/v1/video/generations")
STATUS = Operation("status", Kind.POLL, "GET", "/v1/video/generations/{job_id}")
CANCEL = Operation("cancel", Kind.CANCEL, "POST", "/v1/video/generations/{job_id}/cancel")


class GenerationsSeconds:
    """Translates between the engine and document 003."""

    name = "generations-seconds"
    documents: tuple[str, ...] = ("003",)
    body_limit = 20 * MEGABYTE
    authenticated = True
    signs = True
    images = IMAGES
    places = Places(status=(("status",),), ids=(("id",), ("task_id",)), urls=(("url",),))
    operations: tuple[Operation, ...] = (SUBMIT, STATUS, CANCEL)

    def parse(self, operation: Operation, data: Mapping[str, object], variants: Variants) -> JobRequest:
        """A value that the model does not take is refused, also where another model would take it."""
        variant = variants.generations_seconds
        try:
            submit = (TurboSubmit if data.get("model") == TURBO else VeoSubmit).model_validate(data)
            submit.require_first_frame()
            submit.require_fit(variant)
        except (ValidationError, UnfitError) as error:
            problem = first_problem(error)
            raise RefusedError(self.error(operation, 400, problem), problem) from None
        fields: dict[str, object] = {  # without callback_url: where the end is told changes nothing about the video
            "model": submit.model,
            "prompt": submit.prompt,
            "images": submit.pictures,
            "aspect_ratio": submit.aspect_ratio,
            "seconds": submit.length,
            "size": submit.size,
            "off_peak": submit.off_peak,
        }
        return JobRequest(
            operation=operation.name,
            canonical=canonical(self.name, operation.name, fields),
            prompt=submit.prompt,
            model=submit.model,
            duration_s=float(submit.length),
            resolution=submit.size,
            aspect_ratio=submit.aspect_ratio,
            fields=fields,
            images=submit.pictures,
            callback_url=submit.callback_url or None,
            deadline=OFF_PEAK_LIMIT if submit.off_peak and variant.off_peak_expires else None,
            audio=not submit.model.startswith(SILENT),
        )

    def job_id(self, identity: bytes) -> str:
        """`task_` and 32 letters and digits, as in the sample."""
        return f"task_{letters_from(identity, 32)}"

    def accepted(self, operation: Operation, jobs: Sequence[Job]) -> Answer:
        """003, Response: the object as a fresh task has it."""
        return json_answer(200, _task(jobs[0], JobView(State.QUEUED, 0)))

    def status(self, operation: Operation, job: Job, view: JobView) -> Answer:
        """The submit's object at a later time, with its result or the reason why there is none (inferred)."""
        task = _task(job, view)
        if view.state is State.SUCCEEDED and not view.empty:
            task["url"] = video_url(job)
        elif view.state is State.CANCELLED:
            task["credits_refunded"] = True
        elif view.error is not None:
            task["error"] = {"code": view.error.code, "message": view.error.message}
        return json_answer(200, task)

    def unknown_job(self, operation: Operation, job_id: str) -> Answer:
        """404 in the error envelope (inferred)."""
        return self.error(operation, 404, f"No task has the id {job_id[:80]!r}.")

    def error(self, operation: Operation | None, status: int, message: str) -> Answer:
        """`{error: {code, message}}`, as a failed task has it (inferred)."""
        return json_answer(status, {"error": {"code": error_word(status), "message": message}})

    def callback(self, job: Job, view: JobView) -> bytes:
        """The object as a poll shows it (inferred: the document says only that callbacks are signed)."""
        return self.status(STATUS, job, view).body

    def example(self) -> tuple[Operation, Mapping[str, object]]:
        """The table's fields with a prompt and a picture of our own."""
        return SUBMIT, {
            "model": "veo-3.0-fast-generate-001",
            "prompt": "The ferry leaves the harbour at dusk",
            "aspect_ratio": "16:9",
            "images": ["https://images.example/ferry.png"],
            "seconds": "6",
            "size": "1080p",
        }


def _task(job: Job, view: JobView) -> dict[str, object]:
    """003, Response: what every task shows at any time."""
    return {
        "id": job.id,
        "task_id": job.id,
        "object": "video",
        "model": job.request.model,
        "status": WORDS[view.state],
        "progress": view.progress,
        "created_at": job.created_at,
    }
