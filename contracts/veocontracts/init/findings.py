"""What one look at a running gateway shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was seen, and what was not.

    Attributes:
        services: those that took a job: `text`, `image`.
        words: its own state words, for each state in which it used one that its API does not have.
        job_ledger: JSON pointers of units and cost, as far as the completed job has them.
        charges: the endpoint that lists a key's charges and where its entries hold what, as a profile's `ledger.http`.
        clock_proved: whether its clock was seen to move faster than real time, where the smoke level is passed.
        clock_note: what was seen of it instead.
        missing: what is not known, each with what to do about it.
        trouble: why the smoke level is not passed; "" if it is.
    """

    services: tuple[str, ...] = ("text", "image")
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    job_ledger: Mapping[str, str] = field(default_factory=dict)
    charges: Mapping[str, str] = field(default_factory=dict)
    clock_proved: bool = True
    clock_note: str = ""
    missing: tuple[str, ...] = ()
    trouble: str = ""
