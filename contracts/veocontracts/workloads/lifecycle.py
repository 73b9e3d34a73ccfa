"""Life cycles: every short sequence of operations, and hand-picked runs with several jobs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from veocontracts.bench import Bench, Setting
from veocontracts.engines.exhaustive import sequences
from veocontracts.events import Submit
from veocontracts.orders import Order
from veocontracts.workloads.base import Case, Drive, workload
from veocontracts.workloads.drives import one_job
from veosim.job import Outcome
from veosim.units import SECOND

DEPTH = 3
STUCK = {"outcome": "stuck", "queue": "0s"}
SEQUENCE_FEEDS = frozenset(
    {"LIFE-01", "LIFE-02", "LIFE-04", "BILL-08", "BILL-09", "BILL-10", "BILL-07", "UP-05", "LIFE-10", "ACC-02"}
)


class _Play:
    """The state of one sequence: its jobs, newest last."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.jobs: list[tuple[Order, Submit]] = []

    async def again(self) -> None:
        order = self.bench.order(job=STUCK)
        self.jobs.append((order, await self.bench.submit(order)))

    async def read(self) -> None:
        await self.bench.read(self.jobs[-1][1])

    async def ok(self) -> None:
        self.bench.force(self.jobs[-1][0], Outcome.SUCCEED)

    async def fail(self) -> None:
        self.bench.force(self.jobs[-1][0], Outcome.FAIL)

    async def wait(self) -> None:
        await self.bench.pause(max(6 * SECOND, self.bench.terms.poll_gap + SECOND))

    async def before(self) -> None:
        terms = self.bench.terms
        await self.bench.until(self.jobs[0][1], terms.timeout - terms.tolerance - SECOND // 10)

    async def past(self) -> None:
        terms = self.bench.terms
        await self.bench.until(self.jobs[0][1], terms.timeout + terms.tolerance + terms.grace + SECOND)


MOVES: dict[str, Callable[[_Play], Awaitable[None]]] = {
    "read": _Play.read,
    "ok": _Play.ok,
    "fail": _Play.fail,
    "wait": _Play.wait,
    "before": _Play.before,
    "past": _Play.past,
    "again": _Play.again,
}


@workload("sequences")
def exhaustive(setting: Setting) -> Iterable[Case]:
    """Submit, then every sequence up to depth 3; where time costs time, none."""
    del setting
    for sequence in sequences(DEPTH):
        yield Case(
            f"sequence {' '.join(('submit', *sequence))}", _sequence(sequence), SEQUENCE_FEEDS, virtual_only=True
        )


def _sequence(sequence: tuple[str, ...]) -> Drive:
    async def drive(bench: Bench) -> None:
        play = _Play(bench)
        await play.again()
        await bench.ledger()
        for operation in sequence:
            await MOVES[operation](play)
        await bench.ledger()
        for _ in range(2):
            await bench.pause(10 * SECOND)
            for _, submit in play.jobs:
                await bench.read(submit)
        await bench.ledger()

    return drive


@workload("several-jobs")
def several(setting: Setting) -> Iterable[Case]:
    """Jobs side by side, prompts in many scripts, an id that nobody was given."""
    yield Case("jobs side by side", _side_by_side, frozenset({"ACC-02", "LIFE-01", "BILL-03", "BILL-09", "UP-05"}))
    yield Case("unknown id", _unknown_id, frozenset({"LIFE-05"}))
    yield Case("kept for good", _kept_for_good, frozenset({"LIFE-02", "BILL-09", "UP-05"}))
    for name, text in TEXTS.items():
        for service in setting.face.services:
            yield Case(f"text {service} {name}", _text(service, text), frozenset({"UP-03", "LIFE-01"}))
    for locale in ("ru_RU", "ja_JP", "ar_AA"):
        yield Case(f"locale {locale}", _locale(locale), frozenset({"UP-03", "LIFE-01"}))


TEXTS = {
    "spaces around": "  a lantern {marker} in the fog  ",
    "lines and tabs": "first line {marker}\r\n\tsecond line\n\n",
    "emoji and marks": "🦊👩🏽‍🚀 {marker} e\u0301 \u200b zero width",
    "right to left": "\u202b{marker} שלום\u202c",
    "markup": '<b>{marker}</b> &amp; "quotes" \\n {{braces}} %20',
    "long": "{marker} " + "a slow pan over dunes at dusk, " * 160,
}


def _text(service: str, text: str) -> Drive:
    async def drive(bench: Bench) -> None:
        await one_job(bench, service, text=text)

    return drive


def _locale(locale: str) -> Drive:
    async def drive(bench: Bench) -> None:
        await one_job(bench, "text", locale=locale)

    return drive


async def _side_by_side(bench: Bench) -> None:
    """Equal durations that differ in all else, with different times upstream."""
    enums = bench.face.enums
    submits = []
    for place in range(4):
        fields = {name: values[place % len(values)] for name, values in enums.items() if name != "duration"}
        fields["duration"] = enums["duration"][place // 2]
        job = {"outcome": "succeed", "queue": "1s", "run": f"{3 + 9 * place}s"}
        submits.append(await bench.submit(bench.order(job=job, fields=fields)))
    for submit in submits:
        await bench.watch(submit, 90 * SECOND, 4 * SECOND)
    for submit in submits:
        await bench.read(submit)
    await bench.settle(submits[-1])


async def _unknown_id(bench: Bench) -> None:
    await bench.submit(bench.order())
    await bench.read_id("00000000-0000-4000-8000-000000000000", intent="unknown-id")


async def _kept_for_good(bench: Bench) -> None:
    """Read an ended job many times, for minutes."""
    submit = await bench.submit(bench.order())
    await bench.watch(submit, 60 * SECOND, 4 * SECOND)
    for pause in (1, 5, 30, 120):
        await bench.pause(pause * SECOND)
        await bench.read(submit)
        await bench.ledger()
