"""What a scenario may say of callbacks: when they are sent, how often, in which order, and how they are signed.

Document 002 promises one POST per task after it was processed, document 003 that Veo's callbacks are signed; neither
says anything of repeats. So the default is one callback, sent once, as soon as its job has ended (inferred).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from veosim.errors import did_you_mean, shown
from veosim.scenario.times import Time
from veosim.units import LONGEST, SECOND, Duration, show_duration
from veosim.yamlfile import Strict, contradiction

Manner = Literal["good", "bad", "none", "expired"]
"""`good`: signed. `bad`: in the right form, with another key. `none`: unsigned. `expired`: signed ten minutes ago."""

CAUSES = ("5xx", "4xx", "timeout", "refused")
"""What a callback is repeated after, beside a single status. `refused`: no connection, or it ended too early."""


def _cause(value: object) -> object:
    is_status = isinstance(value, int) and not isinstance(value, bool) and 300 <= value <= 599
    if is_status or value in CAUSES:
        return value
    delivered = isinstance(value, int) and 200 <= value <= 299
    hint = "a 2xx is a delivery: what is delivered twice is 'copies'" if delivered else did_you_mean(value, CAUSES)
    allowed = f"{', '.join(CAUSES)}, or a status from 300 to 599"
    context = {"problem": f"found {shown(value)}", "allowed": allowed, "hint": hint}
    raise PydanticCustomError("cause", "{problem}", context)


Cause = Annotated[int | str, BeforeValidator(_cause)]
"""`5xx`, `4xx`, `timeout`, `refused`, or a status such as 404."""


class RetryRules(Strict):
    """How often a callback is tried that does not arrive, and after what; waits are on the simulator's clock.

    Between the first attempt and the second `backoff` passes, and `factor` times as long before each further one.
    """

    attempts: int = Field(ge=1, le=20)
    backoff: Duration = 2 * SECOND
    factor: float = Field(default=2, ge=1, le=1000)
    after: tuple[Cause, ...] = Field(default=("5xx", "timeout", "refused"), strict=False)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.attempts == 1:
            for key in ("backoff", "factor", "after"):
                if key in self.model_fields_set:
                    raise contradiction(f"a single attempt is never repeated, so {key!r} says nothing", key)
            return self
        if not self.backoff:
            raise contradiction("attempts that follow at once have no order: let some time pass", "backoff")
        if not self.after:
            raise contradiction(f"{self.attempts} attempts, and nothing that they are repeated after", "after")
        longest = self.wait_after(self.attempts - 1)
        if longest > LONGEST:
            wait = f"attempt {self.attempts} would wait for {show_duration(longest)}"
            raise contradiction(f"{wait}, longer than {show_duration(LONGEST)}", "factor")
        return self

    def wait_after(self, attempt: int) -> int:
        """Nanoseconds between attempt number `attempt`, counted from 1, and the next one."""
        return round(self.backoff * self.factor ** (attempt - 1))

    def repeats_after(self, kind: str, status: int | None) -> bool:
        """Whether an attempt that ended like this is one to repeat, attempts left or not.

        Args:
            kind: `answered` (with `status`), `timeout`, `refused`, or `forbidden`, which is never repeated.
            status: the receiver's, or None.
        """
        if kind == "answered" and status is not None:
            return status in self.after or f"{status // 100}xx" in self.after
        return kind in self.after


class CallbackRules(Strict):
    """The callbacks of a scenario's jobs.

    Attributes:
        delay: from a job's end to its callback; drawn once per job.
        copies: how many times each callback is sent; 0 is never.
        order: `reversed` holds the callbacks of one submit until the last of its jobs has ended, and sends the last
            job's first. Jobs that never end are not waited for.
        before_submit_answer: the job ends as it is submitted, and its callback is sent before the submit is answered.
        sign: None is as the dialect documents it.
    """

    delay: Time = 0
    copies: int = Field(default=1, ge=0, le=100)
    order: Literal["forward", "reversed"] = "forward"
    before_submit_answer: bool = False
    retry: RetryRules = RetryRules(attempts=1)
    sign: Manner | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.copies:
            for key in type(self).model_fields:
                if key != "copies" and key in self.model_fields_set:
                    raise contradiction(f"'copies: 0' sends nothing, so {key!r} says nothing", key)
        if self.before_submit_answer and self.delay:
            problem = "'before_submit_answer' sends as the job is submitted, so it excludes 'delay'"
            raise contradiction(problem, "delay")
        return self
