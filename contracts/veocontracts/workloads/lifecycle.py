"""Life cycles picked by hand: several jobs, prompts in many scripts, a job that is kept for good."""

from __future__ import annotations

from collections.abc import Iterable

from veocontracts.bench import Bench
from veocontracts.faces.picks import lengths
from veocontracts.setting import Setting
from veocontracts.wires import WIRES
from veocontracts.workloads.base import Case, Drive, workload
from veocontracts.workloads.drives import one_job
from veosim.units import SECOND


@workload("several-jobs")
def several(setting: Setting) -> Iterable[Case]:
    """Jobs side by side, prompts in many scripts, an id that nobody was given."""
    yield Case("jobs side by side", _side_by_side, frozenset({"ACC-02", "LIFE-01", "BILL-03", "BILL-09", "UP-05"}))
    yield Case("unknown id", _unknown_id, frozenset({"LIFE-05"}))
    yield Case("kept for good", _kept_for_good, frozenset({"LIFE-02", "BILL-09", "UP-05"}))
    limits = WIRES[setting.profile.upstream.dialect].prompt_limit, setting.face.prompt_limit
    longest = min(filter(None, limits), default=len(max(TEXTS.values(), key=len)))
    for name, text in TEXTS.items():
        for service in setting.face.services if len(text) <= longest else ():
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
    service = bench.face.services[bench.face.sold("text")]
    submits = []
    for place in range(4):
        wanted = {name: values[place % len(values)] for name, values in bench.face.enums.items() if name != "duration"}
        fields = service.fitted(wanted | lengths(bench.face)[place // 2])
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
