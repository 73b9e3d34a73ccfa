"""The words that a gateway has for a job's states."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from veosim.errors import shown
from veosim.yamlfile import Strict, contradiction


class Words(Strict):
    """The gateway's own words for a job's states; a state without any has those of the face."""

    queued: tuple[str, ...] = Field(default=(), strict=False)
    running: tuple[str, ...] = Field(default=(), strict=False)
    completed: tuple[str, ...] = Field(default=(), strict=False)
    failed: tuple[str, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        states: dict[str, str] = {}
        for state in type(self).model_fields:
            for word in getattr(self, state):
                other = states.setdefault(word, state)
                if other != state:
                    problem = f"the word {shown(word)} stands under {other!r} too; a word is one state"
                    raise contradiction(problem, state)
        return self
