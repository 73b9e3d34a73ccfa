"""What a scenario may say. Field names are the language; a completeness test holds the docs page to this table."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from veosim.scenario.callbacks import CallbackRules
from veosim.scenario.conditions import refuse_unreached
from veosim.scenario.exchanges import Exchanges
from veosim.scenario.jobs import JobEntry
from veosim.scenario.limits import Limits
from veosim.scenario.variants import Variants
from veosim.scenario.wires import SEVERAL_VIDEOS, Wire, wires
from veosim.yamlfile import Strict, contradiction


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
    about: str = ""
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


DEFAULT = Scenario(scenario="default", about="Every job succeeds after about five seconds.")
