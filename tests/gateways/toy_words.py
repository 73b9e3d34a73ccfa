"""How the toy gateway speaks: one of the documented dialects, or an API of its own (tests/gateways/acme.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from veosim.dialects import DIALECTS
from veosim.dialects.base import Kind, RefusedError
from veosim.scenario.variants import Variants
from veosim.seeded import digest


class WrongRequestError(Exception):
    """A request that the API does not allow."""


@dataclass(slots=True)
class Job:
    """A job of the toy's; its times are seconds of the loop's clock."""

    id: str
    key: str
    asked: Mapping[str, Any]
    seconds: float
    deadline: float
    state: str = "queued"
    video: str = ""
    reason: str = ""
    billed: float = 0.0


def _prompt(data: dict[str, Any]) -> dict[str, Any]:
    """The prompt of a request, if it is one."""
    found = data.get("prompt")
    return {"prompt": found} if isinstance(found, str) and found else {}


class Speech(Protocol):
    """An API: its paths, what it takes, and the words of its answers."""

    submits: Mapping[str, str]
    jobs: str

    def seconds(self, kind: str, data: dict[str, Any]) -> float:
        """The duration that a request asks for.

        Raises:
            WrongRequestError: the API does not allow the request.
        """
        ...

    def mended(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        """A request that is allowed, made of one that is not."""
        ...

    def job_id(self, number: int) -> str:
        """The id of the gateway's nth job."""
        ...

    def accepted(self, job: Job) -> tuple[int, dict[str, Any]]:
        """The answer to a submit."""
        ...

    def shown(self, job: Job) -> dict[str, Any]:
        """The answer to a read."""
        ...

    def refusal(self, status: int, message: str) -> dict[str, Any]:
        """The body of any other answer."""
        ...


class Dialect:
    """One of the documented dialects. What a request may hold is taken from the simulator, not from the document."""

    def __init__(self, name: str) -> None:
        self._dialect = DIALECTS[name]
        operations = self._dialect.operations
        submits = [each for each in operations if each.kind is Kind.SUBMIT]
        self._operations = {
            "image" if "image" in each.path or name != "api-video" else "text": each for each in submits[::-1]
        }
        self.submits: Mapping[str, str] = {kind: each.path for kind, each in self._operations.items()}
        self.jobs = next(each.path for each in operations if each.kind is Kind.POLL)
        self._name = name

    def seconds(self, kind: str, data: dict[str, Any]) -> float:
        """As the dialect reads it."""
        try:
            return self._dialect.parse(self._operations[kind], data, Variants()).duration_s
        except RefusedError as error:
            raise WrongRequestError(str(error)) from None

    def mended(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        """The dialect's example, with the prompt."""
        del kind
        return {**self._dialect.example()[1], **_prompt(data)}

    def job_id(self, number: int) -> str:
        """In the dialect's layout."""
        return self._dialect.job_id(digest("toy", number))

    def refusal(self, status: int, message: str) -> dict[str, Any]:
        """In the dialect's shape."""
        bodies: Mapping[str, dict[str, Any]] = {
            "api-video": {"status": "error", "message": message},
            "image-to-video": {"code": status, "msg": message, "data": None},
            "generations-seconds": {"error": {"code": "refused", "message": message}},
            "generations-metadata": {"code": "refused", "message": message, "data": None},
        }
        return bodies[self._name]

    def accepted(self, job: Job) -> tuple[int, dict[str, Any]]:
        """200 with the id."""
        bodies: Mapping[str, dict[str, Any]] = {
            "api-video": {"status": "queued", "job_id": job.id},
            "image-to-video": {"code": 0, "msg": "ok", "data": {"task_ids": [job.id]}},
            "generations-seconds": self._generation(job),
            "generations-metadata": {"task_id": job.id},
        }
        return 200, bodies[self._name]

    def shown(self, job: Job) -> dict[str, Any]:
        """In the dialect's words."""
        make = {
            "api-video": self._video,
            "image-to-video": self._task,
            "generations-seconds": self._generation,
            "generations-metadata": self._status,
        }[self._name]
        return make(job)

    def _video(self, job: Job) -> dict[str, Any]:
        if job.state == "failed":
            return {"status": "error", "message": job.reason}
        if job.state != "completed":
            return {"status": "queued" if job.state == "queued" else "processing", "job_id": job.id, "progress": 1}
        usual = {"model": "veo (Audio)", "resolution": "1080P", "aspect_ratio": "16:9"}
        chosen = {name: job.asked.get(name, value) for name, value in usual.items()}
        return {"status": "success", "video_url": job.video, "duration_seconds": job.seconds, **chosen}

    def _task(self, job: Job) -> dict[str, Any]:
        words = {"queued": "QUEUED", "running": "PROCESSING", "completed": "SUCCEEDED", "failed": "FAILED"}
        task: dict[str, Any] = {"task_id": job.id, "status": words[job.state], "video_url": job.video}
        task |= {"thumbnail_url": "", "error_message": job.reason, "duration": int(job.seconds)}
        return {"code": 0, "msg": "ok", "data": task | {"width": 1280, "height": 720}}

    def _generation(self, job: Job) -> dict[str, Any]:
        words = {"queued": "queued", "running": "in_progress", "completed": "succeeded", "failed": "failed"}
        found: dict[str, Any] = {
            "id": job.id,
            "task_id": job.id,
            "object": "video",
            "model": job.asked.get("model", ""),
        }
        found |= {"status": words[job.state], "progress": 100 * (job.state == "completed"), "created_at": 1_777_285_800}
        found |= {"url": job.video} if job.video else {}
        return found | ({"error": {"code": "failed", "message": job.reason}} if job.state == "failed" else {})

    def _status(self, job: Job) -> dict[str, Any]:
        words = {"queued": "queued", "running": "processing", "completed": "succeeded", "failed": "failed"}
        task = {"bytes_base64_encoded": "", "error": None, "format": "mp4", "metadata": None}
        task |= {"status": words[job.state], "task_id": job.id, "url": job.video or job.reason}
        return {"code": "success", "message": "", "data": task}


class Acme:
    """The API of tests/gateways/acme.yaml."""

    submits: Mapping[str, str] = {"text": "/videos", "image": "/animations"}
    jobs = "/films/{job_id}"
    _VALUES: Mapping[str, tuple[Any, ...]] = {"engine": ("fine", "swift"), "seconds": (4, 8), "shape": ("wide", "tall")}

    def seconds(self, kind: str, data: dict[str, Any]) -> float:
        """By hand: the document's rules in a gateway's own words."""
        options = data.get("options", {})
        if data.get("account") != "films" or not isinstance(options, dict):
            raise WrongRequestError("account must be films, and options an object")
        for name, values in self._VALUES.items():
            if name in options and not any(
                options[name] == each and type(options[name]) is type(each) for each in values
            ):
                raise WrongRequestError(f"options.{name} must be one of {values}")
        if options.get("engine") == "swift" and options.get("seconds") == 8:
            raise WrongRequestError("the swift engine makes short films only")
        prompt = data.get("prompt", "" if kind == "text" else "It moves.")
        if not isinstance(prompt, str) or not 1 <= len(prompt) <= 8_000:
            raise WrongRequestError("prompt must be a text")
        start = data.get("start")
        url = start.get("url") if isinstance(start, dict) else None
        if kind == "image" and not (isinstance(url, str) and url.startswith(("http://", "https://"))):
            raise WrongRequestError("start.url must be an address")
        return float(options.get("seconds", 4))

    def mended(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        """The prompt, with everything else as it is by default."""
        start = {"start": {"url": "https://images.example/start.png"}} if kind == "image" else {}
        return {"prompt": "A film.", **_prompt(data), **start}

    def job_id(self, number: int) -> str:
        """`film-00000001`."""
        return f"film-{number:08}"

    def refusal(self, status: int, message: str) -> dict[str, Any]:
        """`{problem}`."""
        del status
        return {"problem": message}

    def accepted(self, job: Job) -> tuple[int, dict[str, Any]]:
        """201 with the id."""
        return 201, {"film": job.id}

    def shown(self, job: Job) -> dict[str, Any]:
        """With its bill once it is ready."""
        words = {"queued": "waiting", "running": "filming", "completed": "ready", "failed": "lost"}
        found: dict[str, Any] = {"film": job.id, "progress": words[job.state]}
        found |= {"kind": "animation" if "start" in job.asked else "video", "output": None}
        if job.state == "completed":
            engine = job.asked.get("options", {}).get("engine", "fine")
            found["output"] = {"url": job.video, "seconds": job.seconds, "engine": engine}
            found["bill"] = {"seconds": job.billed, "dollars": job.billed * 1.5}
        return found | ({"why": job.reason} if job.reason else {})


def in_upstream_words(kind: str, data: dict[str, Any]) -> tuple[str, dict[str, Any], str]:
    """Acme's request as document 001's upstream takes it."""
    options = data.get("options", {})
    asked: dict[str, Any] = {
        "model": {"fine": "veo (Audio)", "swift": "veo fast (Audio)"}.get(options.get("engine", "fine"), "veo (Audio)"),
        "duration": "8s" if options.get("seconds") == 8 else "4s",
        "aspect_ratio": "9:16" if options.get("shape") == "tall" else "16:9",
    }
    asked |= {"prompt": data["prompt"]} if "prompt" in data else {}
    asked |= {"image": data["start"]["url"]} if kind == "image" else {}
    return f"/api/video/from-{kind}", asked, "/api/video/status/{job_id}"
