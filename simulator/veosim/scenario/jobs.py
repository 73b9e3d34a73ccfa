"""What a scenario says of jobs: the entries under `jobs:`, each the plan of the submits that it matches."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from veosim.scenario.conditions import Ordinals
from veosim.scenario.times import Time
from veosim.units import SECOND, Duration
from veosim.yamlfile import Strict, contradiction

OutcomeWord = Literal["succeed", "fail", "stuck", "filtered", "empty", "cancel"]

DEFAULT_QUEUE = 1 * SECOND
DEFAULT_RUN = 4 * SECOND


class JobWhen(Strict):
    """Which submits a job entry is for; every key given must match.

    `prompt` is a glob over the whole prompt. `nth` counts the jobs of this scenario. `operation` is the dialect's,
    such as `from-text`, and `dialect` its name.
    """

    prompt: str | None = None
    nth: Ordinals | None = None
    model: str | None = None
    operation: str | None = None
    dialect: str | None = None
    resolution: str | None = None
    duration_s: float | None = Field(default=None, gt=0)


class ErrorWords(Strict):
    """The reason of a failed job; each dialect puts it into its own shape. What is left out follows the outcome."""

    code: str | None = None
    message: str | None = None


class ResultEntry(Strict):
    """What is delivered.

    `duration_s`: seconds, where they differ from those asked for. `expires`: how long after the job's end URLs work.
    """

    duration_s: float | None = Field(default=None, gt=0, le=600)
    expires: Duration | None = None


class JobEntry(Strict):
    """A job's plan: `queue` then `run`, or `after` for the whole time from submit to the end."""

    when: JobWhen | None = None
    outcome: OutcomeWord = "succeed"
    queue: Time | None = None
    run: Time | None = None
    after: Duration | None = None
    error: ErrorWords | None = None
    result: ResultEntry | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.after is not None and (self.queue is not None or self.run is not None):
            raise contradiction("'after' is the whole time, so it excludes 'queue' and 'run'", "after")
        if self.error is not None and self.outcome not in {"fail", "filtered"}:
            problem = f"'error' belongs to outcome: fail or filtered, not to outcome: {self.outcome}"
            raise contradiction(problem, "error")
        if self.result is not None and self.outcome != "succeed":
            problem = f"'result' belongs to outcome: succeed, not to outcome: {self.outcome}"
            raise contradiction(problem, "result")
        if self.outcome == "stuck" and (self.run is not None or self.after is not None):
            key = "run" if self.after is None else "after"
            raise contradiction("a stuck job never ends, so it has no 'run' or 'after'", key)
        return self
