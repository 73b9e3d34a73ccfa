"""The 600 s, and whose clock they are read from."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from veosim.units import SECOND, Duration
from veosim.yamlfile import Strict

SCALED_TOLERANCE = SECOND // 2
"""Half a real second, times the factor: what a scaled run cannot tell apart."""

MOST_TOLERANCE = 30 * SECOND


class ScaledClock(Strict):
    """The gateway's own times divided by `factor`, and the variables that carry them, in seconds."""

    factor: float = Field(gt=0, strict=False)
    env: dict[Literal["job_timeout", "poll_interval", "rate_window"], str] = Field(default_factory=dict)
    poll_interval: Duration = 5 * SECOND


class TimeoutClock(Strict):
    """The time mode of a target that runs in a process of its own."""

    scaled: ScaledClock


class Timeout(Strict):
    """The 600 s rule. `poll_gap` is how late the gateway may notice an end upstream; by default it is measured."""

    after: Duration = 600 * SECOND
    from_: Literal["accept"] = Field(default="accept", alias="from")
    grace: Duration | None = None
    poll_gap: Duration | None = None
    clock: TimeoutClock | None = None
