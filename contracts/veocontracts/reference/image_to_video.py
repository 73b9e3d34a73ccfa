"""The same face over another upstream: document 002's image-to-video.

The client's fields stay those of document 000; how they become the vendor's is inferred:

- both models become V, the vendor's only one that takes a start frame and makes sound;
- 1080P becomes 1080p, and 512P the vendor's lowest, 720p;
- 4s and 8s become 4 and 8; the aspect ratio stays as it is;
- an image's URL stays as it is, and the base64 text alone becomes a data URI;
- a missing prompt becomes a neutral one, since the vendor wants one, and one beyond its 1000 characters fails the job
  before it is sent, since nothing may be cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from veocontracts.reference.gateway import Gateway
from veocontracts.reference.settings import ENUMS
from veocontracts.reference.store import Job
from veocontracts.reference.worker import Ended, data_of
from veosim.inprocess import Response

LONGEST_PROMPT = 1000
NO_PROMPT = "The scene comes to life."
RESOLUTIONS = {"1080P": "1080p", "512P": "720p"}
DURATIONS = {"4s": 4, "8s": 8}
BEGINNINGS = {"/9j/": "image/jpeg", "UklGR": "image/webp"}
"""How the base64 text of a picture begins; anything else passes for a PNG."""

UNDER_WAY = frozenset({"QUEUED", "PROCESSING"})
OVER = frozenset({"SUCCEEDED", "FAILED"})
"""Only SUCCEEDED is documented (002, Callback Example); the other words are inferred."""
GIVEN_UP = frozenset({401, 403, 404, 410})


def task_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer or a callback says of one task; {} where it says nothing."""
    found = data.get("data")
    return found if isinstance(found, dict) else {}


class ImageToVideo(Gateway):
    """Submits to `POST /v1/image_to_video`, and polls as its OpenAPI document infers."""

    services: Mapping[str, str] = {"media-video-from-image": "/v1/image_to_video"}

    async def generate(self, job: Job) -> Ended:
        """As ever, unless the vendor would have to refuse the prompt."""
        if len(job.fields.get("prompt", "")) > LONGEST_PROMPT:
            return Ended(code="invalid_request", message=f"The prompt is longer than {LONGEST_PROMPT} characters.")
        return await super().generate(job)

    def payload(self, job: Job) -> dict[str, Any]:
        """The vendor's fields."""
        chosen = self.chosen(job)
        return {
            "model": "V",
            "prompt": job.fields.get("prompt") or NO_PROMPT,
            "image_url": self.image_url(job.fields["image"]),
            "aspect_ratio": chosen["aspect_ratio"],
            "aspect_resolution": RESOLUTIONS[chosen["resolution"]],
            "duration": DURATIONS[chosen["duration"]],
            "generate_audio": True,
        }

    def chosen(self, job: Job) -> dict[str, str]:
        """The choices of a job, with the documented defaults (000 Changelog 1.1) for those that were left out."""
        return {name: job.fields.get(name, values[0]) for name, values in ENUMS.items()}

    def image_url(self, image: str) -> str:
        """The image as a URI."""
        if image[:7].lower() == "http://" or image[:8].lower() == "https://" or image[:5].lower() == "data:":
            return image
        kind = next((kind for begins, kind in BEGINNINGS.items() if image.startswith(begins)), "image/png")
        return f"data:{kind};base64,{image}"

    def read_submit(self, job: Job, answer: Response) -> Ended | None:
        """The id of the one task, or the end of the job."""
        data = data_of(answer)
        ids = task_of(data).get("task_ids")
        if answer.status >= 400:
            return self.failure(answer, data)
        if not isinstance(ids, list) or not ids or not isinstance(ids[0], str) or not ids[0]:
            return Ended(code="upstream_error", message="The upstream gave no task id.")
        job.upstream_id, job.status = ids[0], "processing"
        self.store.save(job)
        return None

    def status_path(self, job: Job) -> str:
        """One task."""
        return f"/v1/image_to_video/{job.upstream_id}"

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        """The task's end, or neither yet. A transient error is a missed poll."""
        data = data_of(answer)
        task = task_of(data)
        if answer.status == 200 and self.is_over(task):
            return self.end(job, task)
        if answer.status in GIVEN_UP:
            return self.failure(answer, data)
        if answer.status == 200 and task.get("status") in UNDER_WAY:
            job.misses = 0
        else:
            self.missed(job, self.asked_to_wait(answer) or 0.0)
        return None

    def is_over(self, task: Mapping[str, Any]) -> bool:
        """Whether the task has ended; a word that nobody knows says nothing."""
        return isinstance(task.get("status"), str) and task["status"] in OVER

    def end(self, job: Job, task: Mapping[str, Any]) -> Ended:
        """How a task that is over ends its job."""
        if task["status"] == "FAILED":
            reason = str(task.get("error_message") or "The video could not be generated.")
            return Ended(code="upstream_error", message=reason, status=200)
        if not self.has_video(task):
            return Ended(code="no_video", message="The upstream reported success without a video.")
        return Ended(result=self.result(job, task))

    def result(self, job: Job, task: Mapping[str, Any]) -> dict[str, Any]:
        """The documented fields (000 Quickstart); the vendor's callback tells no duration, so it is what was asked."""
        chosen, told = self.chosen(job), task.get("duration")
        seconds = told if type(told) in {int, float} and told else DURATIONS[chosen.pop("duration")]
        fields = {name: chosen[name] for name in ("model", "resolution", "aspect_ratio")}
        return {"status": "success", "video_url": task["video_url"], "duration_seconds": float(seconds)} | fields

    def failure(self, answer: Response, data: Mapping[str, Any]) -> Ended:
        """The vendor's own reason."""
        message = str(data.get("msg") or f"The upstream answered {answer.status}.")
        return Ended(code="upstream_error", message=message, status=answer.status)
