"""What an upstream's answers and callbacks say, read in each dialect's own words: one row for each dialect.

Sources: api-video 000 and 001 (Quickstart); image-to-video 002 (Callback); generations-seconds 003 (Response);
generations-metadata 004 (Query Task). Words that these leave open are inferred, as in openapi/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from veocontracts.events import Told
from veocontracts.faces import at

State = Literal["running", "success", "error", ""]


@dataclass(frozen=True, slots=True)
class Words:
    """Where a dialect says what: JSON pointers, each tried in turn, and what its status words mean."""

    status: tuple[str, ...]
    video_url: tuple[str, ...]
    duration: tuple[str, ...]
    message: tuple[str, ...]
    states: Mapping[str, State]


DIALECT_WORDS: Mapping[str, Words] = {
    "api-video": Words(
        status=("/status",),
        video_url=("/video_url",),
        duration=("/duration_seconds",),
        message=("/message",),
        states={"queued": "running", "processing": "running", "success": "success", "error": "error"},
    ),
    "image-to-video": Words(
        status=("/data/status",),
        video_url=("/data/video_url",),
        duration=("/data/duration",),
        message=("/data/error_message", "/msg"),
        states={"QUEUED": "running", "PROCESSING": "running", "SUCCEEDED": "success", "FAILED": "error"},
    ),
    "generations-seconds": Words(
        status=("/status",),
        video_url=("/url",),
        duration=("/seconds",),
        message=("/error/message",),
        states={
            "queued": "running",
            "in_progress": "running",
            "succeeded": "success",
            "failed": "error",
            "cancelled": "error",
        },
    ),
    "generations-metadata": Words(
        status=("/data/status", "/status"),
        video_url=("/data/url", "/data/bytes_base64_encoded"),
        duration=("/seconds",),
        message=("/data/url", "/error/message", "/message"),
        states={
            "queued": "running",
            "processing": "running",
            "in_progress": "running",
            "succeeded": "success",
            "completed": "success",
            "failed": "error",
        },
    ),
}


def told(dialect: str, status: int | None, data: Any) -> Told:
    """What an answer with this HTTP status and this JSON says of a job; nothing where the status is no 200."""
    words = DIALECT_WORDS[dialect]
    if status != 200 or not isinstance(data, Mapping):
        return Told(message=_first(data, words.message))
    word = _first(data, words.status)
    state = words.states.get(word, "") if isinstance(word, str) else ""
    return Told(
        state=state,
        word=word,
        video_url=_first(data, words.video_url) if state == "success" else None,
        duration=_first(data, words.duration),
        message=_first(data, words.message) if state in {"error", ""} else None,
    )


def _first(data: Any, pointers: tuple[str, ...]) -> Any:
    return next((found for pointer in pointers if (found := at(data, pointer)) not in (None, "")), None)
