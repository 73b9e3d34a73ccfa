"""What a spoil gets: an answer that is about to go out, and where its dialect keeps what matters."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from veosim.dialects.base import Answer, Places, json_answer


@dataclass(frozen=True, slots=True)
class Spoilable:
    """The dialect's own answer to one exchange.

    Attributes:
        places: where the dialect's words stand.
        path: that the request named, decoded.
        succeeded: whether it tells of a job that succeeded.
        earlier: what the dialect answered to the same poll right after the job's submit; None where it is no poll.
    """

    answer: Answer
    places: Places
    path: str = "/"
    succeeded: bool = False
    earlier: Answer | None = None

    def data(self) -> dict[str, Any] | None:
        """The body's JSON object, made anew; None where it is anything else, such as a video."""
        try:
            data = json.loads(self.answer.body)
        except ValueError:
            return None
        return data if isinstance(data, dict) else None

    def with_data(self, data: dict[str, Any]) -> Answer:
        """The answer with this body."""
        return replace(self.answer, body=json_answer(self.answer.status, data).body)


Spoil = Callable[[Spoilable], Answer]
"""Gives the answer that goes out. One that cannot be spoiled in this way is given back as it is."""


def holders(data: dict[str, Any], paths: Iterable[tuple[str, ...]]) -> list[tuple[dict[str, Any], str]]:
    """For each of the paths that the data has, the object at its end, and the key in it."""
    found: list[tuple[dict[str, Any], str]] = []
    for *way, last in paths:
        holder: Any = data
        for key in way:
            holder = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and last in holder:
            found.append((holder, last))
    return found
