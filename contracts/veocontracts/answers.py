"""What an upstream's answers and callbacks say, read in each dialect's own words (`wires`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from veocontracts.events import Told
from veocontracts.pointers import first
from veocontracts.wires import WIRES, Wire

State = Literal["running", "success", "error", ""]
MEANS: Mapping[str, State] = {"queued": "running", "running": "running", "completed": "success", "failed": "error"}


def told(dialect: str, status: int | None, data: Any) -> Told:
    """What an answer with this HTTP status and this JSON says of a job; nothing where the status is no 200."""
    wire = WIRES[dialect]
    if status != 200 or not isinstance(data, Mapping):
        return Told(message=first(data, wire.message))
    word = first(data, wire.status)
    state = _state(wire, word)
    return Told(
        state=state,
        word=word,
        video_url=first(data, wire.video_url) if state == "success" else None,
        duration=first(data, wire.duration),
        message=first(data, wire.message) if state in {"error", ""} else None,
    )


def _state(wire: Wire, word: Any) -> State:
    return next((MEANS[state] for state, words in wire.words.items() if word in words), "")
