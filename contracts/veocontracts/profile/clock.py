"""The 600 s, and whose clock they are read from."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from veosim.units import MILLISECOND, SECOND, Duration
from veosim.yamlfile import Strict, contradiction

REAL_TOLERANCE = SECOND // 2
"""Half a real second: what a run over sockets cannot tell apart. On the history's clock it is so many times longer."""

MOST_TOLERANCE = 30 * SECOND
FASTEST = MOST_TOLERANCE // REAL_TOLERANCE
"""A faster clock would leave more than 30 s of the 600 s undecided."""

LONGEST_STEP = MOST_TOLERANCE // 3

Knob = Literal["job_timeout", "poll_interval", "rate_window"]


class VirtualTime(Strict):
    """How long the loop waits, in real time, for a thread, a subprocess or a remote store before its clock jumps."""

    grace: Duration = 0


class Advance(Strict):
    """An endpoint of the gateway that moves its clock; in `body` and `post`, `{seconds}` is how far."""

    post: str = Field(pattern="^/")
    body: dict[str, str | int | float | bool] | None = None
    headers: dict[str, str] = Field(default_factory=dict)


class OwnClock(Strict):
    """A gateway that moves its own clock: by an endpoint, or by a command that ends with 0, run in `cwd`."""

    advance: Advance | None = None
    command: tuple[str, ...] = Field(default=(), strict=False)
    cwd: str | None = Field(default=None, min_length=1)
    step: Duration = 5 * SECOND

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.advance is None) == (not self.command):
            raise contradiction("a test clock is moved by exactly one of 'advance' and 'command'")
        if self.cwd is not None and not self.command:
            raise contradiction("'cwd' is where a 'command' is run; there is no command", "cwd")
        _bounded_step(self.step)
        return self


class Faketime(Strict):
    """A process under libfaketime: `rate` times as fast as real time, or in steps of `step`, one `every` so long."""

    rate: float | None = Field(default=None, gt=1, strict=False)
    step: Duration | None = None
    every: Duration = 20 * MILLISECOND

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.rate is not None and self.step is not None:
            raise contradiction("faketime runs by exactly one of 'rate' and 'step'", "step")
        if self.step is None and "every" in self.model_fields_set:
            raise contradiction("'every' is how often a 'step' is made; there is no step", "every")
        if self.rate is not None and self.rate > FASTEST:
            raise contradiction(f"a rate above {FASTEST} leaves more than 30 s of the 600 s undecided", "rate")
        if self.step is not None:
            _bounded_step(self.step)
        return self


class ScaledTime(Strict):
    """The gateway's own times divided by `factor`, and the variables that carry them, in seconds.

    `declared`: those that the operator has set by other means, such as on a gateway that runs already.
    """

    factor: float = Field(gt=0, strict=False)
    env: dict[Knob, str] = Field(default_factory=dict)
    declared: tuple[Knob, ...] = Field(default=(), strict=False)
    poll_interval: Duration = 5 * SECOND

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.factor > FASTEST:
            raise contradiction(f"a factor above {FASTEST} leaves more than 30 s of the 600 s undecided", "factor")
        return self

    @model_validator(mode="after")
    def _given_once(self) -> Self:
        for place, knob in enumerate(self.declared):
            if knob in self.env:
                problem = f"{knob!r} is given by 'env' ({self.env[knob]}), and here as set by other means: keep one"
                raise contradiction(problem, "declared", place)
        return self


class TimeoutClock(Strict):
    """The time modes that a gateway can be judged in; of several, the first that works: in the order given here."""

    virtual: VirtualTime | None = None
    test: OwnClock | None = None
    faketime: Faketime | None = None
    scaled: ScaledTime | None = None

    def placed(self, folder: Path) -> Self:
        """The same, with the command's own folder looked for in this one."""
        if self.test is None or self.test.cwd is None:
            return self
        test = self.test.model_copy(update={"cwd": str((folder / self.test.cwd).resolve())})
        return self.model_copy(update={"test": test})


class Timeout(Strict):
    """The 600 s rule. `poll_gap` is how late the gateway may notice an end upstream; by default it is measured."""

    after: Duration = 600 * SECOND
    from_: Literal["accept"] = Field(default="accept", alias="from")
    grace: Duration | None = None
    poll_gap: Duration | None = None
    clock: TimeoutClock = TimeoutClock()

    def placed(self, folder: Path) -> Self:
        """The same, with what its clock names looked for in this folder."""
        return self.model_copy(update={"clock": self.clock.placed(folder)})


def _bounded_step(step: int) -> None:
    if not 0 < step <= LONGEST_STEP:
        raise contradiction(f"a step is more than 0 s, and at most {LONGEST_STEP // SECOND} s", "step")
