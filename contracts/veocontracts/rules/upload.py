"""UPLOAD: local images, put at an address that the gateway gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from veocontracts.events import Call
from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, rule
from veocontracts.wires import WIRES


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
        put = _put(history, call)
        if put is not None and (put.status or 0) // 100 != 2:
            yield _broken(call, "a PUT to upload_url is answered with 2xx", str(put.status), put)
        elif put is not None:
            yield from _used(history, call, public)


def _address(call: Call, name: str) -> str:
    data: Any = call.data.get("data") if isinstance(call.data, dict) else None
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, str) and found.startswith(("http://", "https://")) else ""


def _put(history: History, call: Call) -> Call | None:
    """The file's way to the address that this call brought; none where the suite let that address be."""
    calls = (each for each in history.of(Call) if each.label == call.label and each.intent == "upload-put")
    return next(calls, None)


def _used(history: History, call: Call, public: str) -> Iterator[Observation]:
    for story in history.stories:
        if not isinstance(story.submit.request, dict) or story.submit.request.get("image") != public:
            continue
        for event in story.upstream:
            sent = event.request if isinstance(event.request, dict) else {}
            if public in (*sent.values(), WIRES[history.terms.dialect].said(sent).get("image")):
                yield Observation(call.label, held=True)
            else:
                yield _broken(call, f"image {public!r} upstream", _short(sent, story), event)


def _short(sent: dict[str, Any], story: Story) -> str:
    found = {name: value for name, value in sent.items() if str(name).startswith("image")}
    return f"{found!r}"[:200] + f" for {story.label}"


def _broken(call: Call, expected: str, actual: str, at: Any) -> Observation:
    return Observation(call.label, False, "", expected, actual, at.answered_at if at.answered_at is not None else at.at)
