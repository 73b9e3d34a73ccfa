"""What a scenario may say. Field names are the language; a completeness test holds the docs page to this table."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from veosim.scenario.callbacks import CallbackRules
from veosim.scenario.conditions import UNREACHED
from veosim.scenario.exchanges import Exchanges
from veosim.scenario.jobs import JobEntry, JobWhen
from veosim.scenario.variants import Variants
from veosim.yamlfile import Strict, contradiction


class Scenario(Strict):
    """One YAML file. The first job entry that matches a submit gives the job its plan."""

    scenario: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    about: str = ""
    seed: int | None = None
    jobs: tuple[JobEntry, ...] = Field(default=(), strict=False)
    exchanges: Exchanges = Exchanges()
    callbacks: CallbackRules = CallbackRules()
    variants: Variants = Variants()

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        for index, entry in enumerate(self.jobs[:-1]):
            if entry.when is None or entry.when == JobWhen():
                raise contradiction(UNREACHED, "jobs", index)
        return self


DEFAULT = Scenario(scenario="default", about="Every job succeeds after about five seconds.")
