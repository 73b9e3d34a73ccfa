"""What reaches the upstream: fields left out one by one, nothing for what is refused, no key of a client's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from veocontracts.bench import Bench, Setting
from veocontracts.workloads.base import Case, Drive, workload
from veocontracts.workloads.drives import one_job
from veosim.units import SECOND

FEEDS = frozenset({"UP-04", "UP-09"})


@workload("upstream-requests")
def upstream_requests(setting: Setting) -> Iterable[Case]:
    """Each default left out by itself beside all others, all of them, and none; then requests that are refused."""
    defaults = setting.face.defaults
    chosen = {
        field: next(value for value in setting.face.enums[field] if value != defaults[field]) for field in defaults
    }
    for service in setting.face.services:
        for field in defaults:
            given = {name: value for name, value in chosen.items() if name != field}
            yield Case(f"upstream {service} without {field}", _sent(service, given), FEEDS)
        yield Case(f"upstream {service} without any choice", _sent(service, {}), FEEDS)
        yield Case(f"upstream {service} refused", _refused(service), frozenset({"UP-06"}), jobs=2)


def _sent(service: str, fields: Mapping[str, str]) -> Drive:
    async def drive(bench: Bench) -> None:
        await one_job(bench, service, fields=fields)

    return drive


def _refused(service: str) -> Drive:
    """A value that is none, and a required field that is missing."""
    required = {"text": "prompt", "image": "image"}[service]

    async def drive(bench: Bench) -> None:
        wrong = bench.order(service, fields={"resolution": "720P"}, intent="enum", about="resolution")
        bare = bench.order(service, without=(required,), intent="missing", about=required)
        for submit in [await bench.submit(order) for order in (wrong, bare)]:
            await bench.watch(submit, 60 * SECOND, 5 * SECOND)
        await bench.settle()

    return drive
