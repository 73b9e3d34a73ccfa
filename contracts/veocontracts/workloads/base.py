"""What a workload is: a named list of cases, each of which drives a bench to make certain occasions arise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass

from veocontracts.bench import Bench
from veocontracts.setting import Setting

Drive = Callable[[Bench], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Case:
    """One run of one drive.

    Attributes:
        name: unique; all that a case draws follows from it and the seed.
        feeds: the rules whose occasions it makes.
        jobs: about how many it submits.
        slow: it waits for the deadline.
        alone: nothing else may run beside it.
        phased: whether it begins at the setting's phase; one that counts its own times does not.
        virtual_only: too many or too long for a mode in which time costs time.
        alike: tells it from cases of the workload that feed the same rules; a thinned run takes one in so many of
            those that nothing tells apart.
    """

    name: str
    drive: Drive
    feeds: frozenset[str]
    virtual_only: bool = False
    jobs: int = 1
    alone: bool = False
    slow: bool = False
    phased: bool = True
    alike: str = ""


Maker = Callable[[Setting], Iterable[Case]]
WORKLOADS: dict[str, Maker] = {}


def workload(name: str) -> Callable[[Maker], Maker]:
    """Register a function that lists a workload's cases."""

    def register(maker: Maker) -> Maker:
        WORKLOADS[name] = maker
        return maker

    return register


def all_cases(setting: Setting) -> list[Case]:
    """Every case of the setting's workloads, in a fixed order; what broke before comes first.

    Of a workload's cases that are alike, only the setting's share is among them.
    """
    names, thin = setting.scope.workloads or WORKLOADS.keys(), setting.scope.effort.thin
    chosen = [maker for name, maker in WORKLOADS.items() if name in names]
    return [case for maker in chosen for case in thinned(maker(setting), thin)]


def selected(setting: Setting, rules: frozenset[str], *, virtual: bool) -> list[Case]:
    """The cases that feed at least one of the rules."""
    return [case for case in all_cases(setting) if case.feeds & rules and (virtual or not case.virtual_only)]


def thinned(cases: Iterable[Case], thin: int) -> Iterator[Case]:
    """Of the cases that are alike, the first and every `thin`-th after it."""
    seen = Counter[tuple[str, frozenset[str]]]()
    for case in cases:
        group = case.alike, case.feeds
        if seen[group] % thin == 0:
            yield case
        seen[group] += 1
