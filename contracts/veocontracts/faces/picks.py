"""Requests by what they are for: of a face's values those that a workload wants, wherever they go together."""

from __future__ import annotations

from typing import Any

from veocontracts.faces.misses import PLAUSIBLE
from veocontracts.faces.model import Face, Miss, Service


def wrong(service: Service, *roles: str, intent: str = "enum") -> dict[str, Any]:
    """The wishes of an order that must be refused.

    Args:
        service: what is ordered.
        roles: the fields to be wrong, in order of preference; one that the document leaves open cannot be.
        intent: `enum` or `type`, whichever is preferred.
    """
    for role in dict.fromkeys((*roles, *service.misses)):
        misses = service.misses.get(role, ())
        if misses:
            found = min(misses, key=lambda miss: (miss.intent != intent, not _likely(role, miss)))
            return {"fields": {**found.beside, role: found.value}, "intent": found.intent, "about": role}
    return {"without": service.required[:1], "intent": "required", "about": service.required[0]}


def _likely(role: str, miss: Miss) -> bool:
    """Whether other services take the value; a wrong type always is as likely as another."""
    return miss.intent == "type" or miss.value in PLAUSIBLE.get(role, ())


def lengths(face: Face) -> tuple[dict[str, Any], dict[str, Any]]:
    """The field that asks for the first documented duration, and the one for the last; nothing where there is none."""
    durations = face.enums.get("duration", ())
    return ({"duration": durations[0]}, {"duration": durations[-1]}) if durations else ({}, {})


def turned(face: Face, service: Service, place: int, *, duration: int | None = None) -> dict[str, Any]:
    """A choice for every field that differs from those at other places.

    Args:
        face: has the values.
        service: what is ordered.
        place: of the order among others.
        duration: the place of the duration, where that is not to turn with the others.
    """
    wanted = {
        name: values[(place + turn) % len(values)]
        for turn, (name, values) in enumerate(face.enums.items())
        if name in service.fields
    }
    if duration is not None and "duration" in wanted:
        durations = face.enums["duration"]
        wanted["duration"] = durations[duration % len(durations)]
    return service.fitted(wanted)
