"""What a scenario may say. Field names are the language; a completeness test holds the docs page to this table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from veosim.errors import shown
from veosim.scenario.callbacks import CallbackRules
from veosim.scenario.conditions import refuse_unreached
from veosim.scenario.exchanges import ExchangeEntry, Exchanges
from veosim.scenario.jobs import JobEntry
from veosim.scenario.limits import Limits
from veosim.scenario.variants import Variants
from veosim.scenario.wires import SEVERAL_VIDEOS, Wire, require_operation, wires
from veosim.yamlfile import Strict, contradiction


def _one_line(value: str) -> str:
    if not value.isprintable():
        hint = "`about: >-` joins the lines of a longer text" if "\n" in value else ""
        context = {"problem": f"found {shown(value)}", "allowed": "one line of printable text", "hint": hint}
        raise PydanticCustomError("line", "{problem}", context)
    return value


Line = Annotated[str, AfterValidator(_one_line)]
"""Text that stands in lists and on terminals, where a line break or an escape sequence would do harm."""


class Scenario(Strict):
    """One YAML file that says how the fake upstream behaves.

    Attributes:
        scenario: its name.
        about: one line about it.
        extends: the scenario whose keys hold wherever this one has none of its own.
        dialects: the wires that it is for; without it, all.
        seed: all draws follow from it; without it, from the simulator's.
        jobs: the first entry that matches a submit gives the job its plan.
        exchanges: what happens to single exchanges.
        callbacks: when, how often and how callbacks are sent.
        limits: what is taken on at once.
        variants: what a dialect does where its document leaves a choice.
    """

    scenario: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    about: Line = ""
    extends: str | None = None
    dialects: tuple[Wire, ...] = Field(default=(), strict=False)
    seed: int | None = None
    jobs: tuple[JobEntry, ...] = Field(default=(), strict=False)
    exchanges: Exchanges = Exchanges()
    callbacks: CallbackRules = CallbackRules()
    limits: Limits = Limits()
    variants: Variants = Variants()

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        refuse_unreached([entry.when for entry in self.jobs], "job", "jobs")
        return self

    @model_validator(mode="after")
    def _can_be_said(self) -> Self:
        """One job of most wires is one video: nothing of it can be held back in part."""
        if "dialects" in self.model_fields_set and not self.dialects:
            raise contradiction("an empty list is for no wire at all; without 'dialects' it is for all", "dialects")
        for index, entry in enumerate(self.jobs):
            own = entry.when.dialect if entry.when else None
            if own and self.dialects and own not in self.dialects:
                problem = f"the scenario is for {', '.join(self.dialects)}, so no submit is of {own}"
                raise contradiction(problem, "jobs", index, "when", "dialect")
            if entry.outcome != "partly-filtered":
                continue
            meant = [own] if own else self.dialects or wires()
            mute = [name for name in meant if name not in SEVERAL_VIDEOS]
            if mute:
                problem = f"'partly-filtered' cannot be said on {', '.join(mute)}, where a job has one video; only on"
                able = ", ".join(sorted(SEVERAL_VIDEOS))
                raise contradiction(f"{problem} {able}: write dialects: [{able}]", "jobs", index, "outcome")
        return self

    @model_validator(mode="after")
    def _operations_exist(self) -> Self:
        """A condition on an operation that no wire in question has would never be met."""
        lists: list[tuple[tuple[str, ...], str, Sequence[JobEntry | ExchangeEntry]]] = [
            (("jobs",), "submit", self.jobs),
            *((("exchanges", kind), kind, getattr(self.exchanges, kind)) for kind in Exchanges.model_fields),
        ]
        for place, kind, entries in lists:
            for index, entry in enumerate(entries):
                when = entry.when
                if when is not None and when.operation is not None:
                    meant = [when.dialect] if when.dialect else self.dialects or wires()
                    require_operation(when.operation, kind, meant, *place, index, "when", "operation")
        return self


DEFAULT = Scenario(scenario="default", about="Every job succeeds after about five seconds.")
