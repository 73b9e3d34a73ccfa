"""Recordings of earlier failures, driven again before all else."""

from __future__ import annotations

from collections.abc import Iterable

from veocontracts.bench import Bench
from veocontracts.events import Submit
from veocontracts.recording import Recording
from veocontracts.replaying import play
from veocontracts.rules import RULES
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, Drive, workload

NAME = "regressions"


@workload(NAME)
def regressions(setting: Setting) -> Iterable[Case]:
    """One case for each recording; it feeds the rule that broke, or all where none did."""
    for number, recording in enumerate(setting.scope.regressions, 1):
        head, events = recording.head, recording.history.events
        feeds = frozenset({head.rule} if head.rule else RULES)
        jobs = sum(isinstance(event, Submit) for event in events)
        # Its times count from its own beginning, and it may restart the gateway or fill a key's window: so it is alone.
        yield Case(
            f"regression {number}: {recording.history.case}",
            _again(recording),
            feeds,
            jobs=jobs,
            alone=True,
            phased=False,
        )


def _again(recording: Recording) -> Drive:
    async def drive(bench: Bench) -> None:
        bench.book.origin = recording.history.origin
        await play(bench, recording.history.steps, recording.history.events)

    return drive
