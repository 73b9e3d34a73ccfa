"""Trials as a table for people, and as data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.gateways.trials.trial import Trial

from veosim.errors import printable

VERDICTS = ("PASS", "FAIL", "INCONCLUSIVE", "SKIP")
HEAD = ("", "gateway", "bugs", "time", "rules", *VERDICTS, "cases", "jobs", "seconds", "bad runs")
WORDS = 4
"""The first columns are words, the others numbers."""


@dataclass(frozen=True, slots=True)
class Group:
    """All trials of one gateway, as it is or with its bugs."""

    trials: Sequence[Trial]

    @property
    def name(self) -> str:
        """Whom it is about."""
        return self.trials[0].gateway + (" with its bugs" if self.trials[0].planted else "")

    @property
    def bad(self) -> int:
        """How many did not come out as they must."""
        return sum(bool(trial.problems) for trial in self.trials)

    def row(self) -> tuple[str, ...]:
        """The cells of the table; what varies from run to run is told of the last one, the time of the longest."""
        last = self.trials[-1]
        return (
            "✗" if self.bad else "✓",
            last.gateway,
            "planted" if last.planted else "none",
            last.mode,
            str(last.rules),
            *(str(last.verdicts[verdict]) for verdict in VERDICTS),
            str(last.report.get("cases", 0)),
            str(last.report.get("jobs", 0)),
            f"{max(trial.seconds for trial in self.trials):.1f}",
            f"{self.bad} of {len(self.trials)}",
        )

    def notes(self) -> Iterator[str]:
        """What is to be said of it below the table."""
        for number, trial in enumerate(self.trials, 1):
            for problem in trial.problems:
                yield f"✗ {self.name}, run {number}: {printable(problem)}"
        last = self.trials[-1]
        if last.planted and not self.bad:
            yield f"  {self.name}: red as planted: {', '.join(sorted(last.breaks)) or 'nothing that was selected'}"
        if not last.planted:
            yield from (f"  {self.name}: not proven: {told}" for told in open_rules(last))


def open_rules(trial: Trial) -> list[str]:
    """The MUST rules that stay open, with the reason."""
    rules: dict[str, dict[str, None]] = defaultdict(dict)
    for line in trial.lines:
        if line["verdict"] == "INCONCLUSIVE" and line["level"] == "MUST":
            rules[(line["waived"] and f"waived: {line['waived']}") or line["reason"]][line["rule"]] = None
    return [f"{', '.join(names)} ({printable(reason)})" for reason, names in rules.items()]


def grouped(trials: Iterable[Trial]) -> list[Group]:
    """By gateway, and by whether it has its bugs, in the order of the first of each."""
    found: dict[tuple[str, bool], list[Trial]] = defaultdict(list)
    for trial in trials:
        found[trial.gateway, trial.planted].append(trial)
    return [Group(group) for group in found.values()]


def as_text(trials: Sequence[Trial], skipped: Mapping[str, str]) -> str:
    """The table, what is to be said of its rows, and what it comes to."""
    groups = grouped(trials)
    rows = [HEAD, *(group.row() for group in groups)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [_aligned(row, widths) for row in rows] if groups else []
    lines += [note for group in groups for note in group.notes()]
    lines += [f"- {name}: skipped: {reason}" for name, reason in skipped.items()]
    bad = sum(group.bad for group in groups)
    lines.append(f"{len(trials) - bad} of {len(trials)} runs as they must be; {len(skipped)} skipped")
    return "\n".join(lines)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.ljust(width) if column < WORDS else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def as_data(trials: Sequence[Trial], skipped: Mapping[str, str]) -> dict[str, Any]:
    """The same as JSON data."""
    return {
        "runs": [
            {
                "gateway": trial.gateway,
                "planted": trial.planted,
                "mode": trial.mode,
                "exit": trial.exit,
                "rules": trial.rules,
                "verdicts": dict(sorted(trial.verdicts.items())),
                "red": sorted(trial.red),
                "breaks": sorted(trial.breaks),
                "cases": trial.report.get("cases", 0),
                "jobs": trial.report.get("jobs", 0),
                "seconds": round(trial.seconds, 1),
                "problems": trial.problems,
            }
            for trial in trials
        ],
        "skipped": dict(skipped),
    }
