"""UPLOAD: local images, put at an address that the gateway gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from veocontracts.events import Call
from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, rule


@rule(
    "UPLOAD-01",
    "upload-media answers upload_url and public_url; a PUT to the one works, and the other, given as image, "
    "reaches the upstream unchanged.",
    Source(("000",), "Quickstart: Upload your source image"),
    witness="an upload that was put, and a job submitted with its public_url that reached the upstream",
    capability="upload",
)
def uploads_work(history: History) -> Iterator[Observation]:
    """Two addresses, a file at the one, and the other upstream."""
    for call in history.of(Call):
        if call.intent != "upload" or call.answered_at is None:
            continue
        public = _address(call, "public_url")
        if call.status is None or call.status // 100 != 2 or not public or not _address(call, "upload_url"):
            actual = f"{call.status} {call.data!r}"[:160]
            yield _broken(call, "2xx with data.upload_url and data.public_url", actual, call)
            continue
        refused = next((each for each in _followers(history, call) if (each.status or 0) // 100 != 2), None)
        if refused is not None:
            yield _broken(call, f"{_STEPS[refused.intent]} is answered with 2xx", str(refused.status), refused)
        elif any(each.intent == "upload-put" for each in _followers(history, call)):
            yield from _used(history, call, public)


_STEPS = {"upload-put": "a PUT to upload_url", "upload-get": "a GET of public_url"}


def _address(call: Call, name: str) -> str:
    data: Any = call.data.get("data") if isinstance(call.data, dict) else None
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, str) and found.startswith(("http://", "https://")) else ""


def _followers(history: History, call: Call) -> list[Call]:
    """The requests to the addresses that this call brought."""
    return [each for each in history.of(Call) if each.label == call.label and each.intent in _STEPS]


def _used(history: History, call: Call, public: str) -> Iterator[Observation]:
    for story in history.stories:
        if not isinstance(story.submit.request, dict) or story.submit.request.get("image") != public:
            continue
        for event in story.upstream:
            sent = event.request if isinstance(event.request, dict) else {}
            if public in sent.values():
                yield Observation(call.label, held=True)
            else:
                yield _broken(call, f"image {public!r} upstream", _short(sent, story), event)


def _short(sent: dict[str, Any], story: Story) -> str:
    found = {name: value for name, value in sent.items() if str(name).startswith("image")}
    return f"{found!r}"[:200] + f" for {story.label}"


def _broken(call: Call, expected: str, actual: str, at: Any) -> Observation:
    return Observation(call.label, False, "", expected, actual, at.answered_at if at.answered_at is not None else at.at)
