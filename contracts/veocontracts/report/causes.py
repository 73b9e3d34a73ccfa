"""Rules that broke at one place of one run: most often one cause, and the first thing to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from veocontracts.verdict import Result


@dataclass(frozen=True, slots=True)
class Cause:
    """A place, and the lines of the report that all broke there, at least two rules."""

    case: str
    subject: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"these {len(self.names)} broke in the same run ({self.case}, {self.subject}), "
            f"so look for one cause first: {', '.join(self.names)}"
        )


def causes(lines: Iterable[Result]) -> list[Cause]:
    """The places that explain most, each line named once. Of places that explain as much, the first by name."""
    left = [line for line in lines if line.failed]
    found: list[Cause] = []
    while True:
        here: dict[tuple[str, str], list[Result]] = defaultdict(list)
        for line in left:
            for place in line.places:
                here[place].append(line)
        several = [place for place, broken in here.items() if len({line.rule.id for line in broken}) > 1]
        if not several:
            return found
        place = min(several, key=lambda each: (-len(here[each]), each))
        found.append(Cause(*place, tuple(line.name for line in here[place])))
        left = [line for line in left if line.name not in found[-1].names]
