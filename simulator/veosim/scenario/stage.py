"""A scenario being played: it draws each job's plan at submit and decides each exchange's fault.

The plan follows from blake2b(seed, scenario, canonical request, how many equal requests came before), never from
the order of arrival. Only `nth`, `nth_of_job` and `limits` depend on order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from veosim.job import JobRequest, Plan, lacking
from veosim.scenario.exchanges import ExchangeEntry
from veosim.scenario.limits import Occupancy
from veosim.scenario.matching import Seen, matching
from veosim.scenario.model import Scenario
from veosim.scenario.plans import Candidate, plan_for
from veosim.scenario.wires import foreign
from veosim.seeded import digest
from veosim.units import SECOND


@dataclass(frozen=True, slots=True)
class Refusal:
    """A submit that the scenario does not take on: `status` and `message` are for the dialect to word.

    Attributes:
        headers: of the answer; Retry-After, in whole seconds rounded up, where there will be room.
        fault: what the journal shows of it.
    """

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass(slots=True)
class Stage:
    """A scenario and the counters that it has run up. `equal` counts by digest: a request may hold megabytes."""

    scenario: Scenario
    seed: int
    jobs: int = 0
    equal: Counter[bytes] = field(default_factory=Counter)
    exchanges: Counter[str] = field(default_factory=Counter)
    occupancy: Occupancy = field(init=False)

    def __post_init__(self) -> None:
        self.occupancy = Occupancy(self.scenario.limits)

    def has_faults(self, kind: str) -> bool:
        """Whether any exchange of a kind can meet one: if not, none needs to be looked at or counted."""
        return bool(getattr(self.scenario.exchanges, kind))

    def fault(self, kind: str, seen: Seen) -> ExchangeEntry | None:
        """The fault of the next exchange of a kind (`submit`, `poll`, `content`, `cancel`); counts it."""
        self.exchanges[kind] += 1
        return matching(self.scenario, self.seed, kind, self.exchanges[kind], seen)

    def refusal(self, dialect: str, request: JobRequest, now: int) -> Refusal | None:
        """Why a submit is not taken on at all, if so; else it counts against the limits."""
        wrong = foreign(self.scenario, dialect)
        if wrong:
            return Refusal(400, wrong)
        reached = self.occupancy.reached(request.jobs, now)
        if reached is None:
            return None
        wait = None if reached.room_at is None else max(1, -((now - reached.room_at) // SECOND))
        headers = {} if wait is None else {"Retry-After": str(wait)}
        return Refusal(429, reached.message, headers, f"limit: {reached.limit}")

    def draw(self, dialect: str, request: JobRequest, key: str = "", now: int = 0) -> list[tuple[Plan, bytes]]:
        """For each job that a submit makes, its plan and the bytes that its id is laid out from.

        Args:
            dialect: its name.
            request: what is asked for.
            key: fingerprint of the submit's credentials.
            now: the instant of the submit, from which a place in the queue is reckoned.
        """
        name = digest(request.canonical)[:16]
        repeats = self.equal[name]
        self.equal[name] += 1
        first = digest(self.seed, self.scenario.scenario, request.canonical, repeats)
        identities = [first, *(digest(first, number) for number in range(2, request.jobs + 1))]
        drawn = []
        for identity in identities:
            self.jobs += 1
            plan = plan_for(self.scenario.jobs, Candidate(dialect, request, key, identity, self.jobs))
            drawn.append((self.occupancy.placed(lacking(plan, request), request.deadline, now), identity))
        return drawn
