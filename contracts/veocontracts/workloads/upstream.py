"""What reaches the upstream: fields left out one by one, nothing for what is refused, no key of a client's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from veocontracts.bench import Bench
from veocontracts.faces import Service, Value
from veocontracts.faces.picks import wrong
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, Drive, workload
from veocontracts.workloads.drives import one_job
from veosim.units import SECOND

FEEDS = frozenset({"UP-04", "UP-09"})


@workload("upstream-requests")
def upstream_requests(setting: Setting) -> Iterable[Case]:
    """Each default left out by itself beside all others, all of them, and none; then requests that are refused."""
    defaults, enums = setting.face.defaults, setting.face.enums
    others = {
        field: other
        for field in defaults
        if (other := next((value for value in enums.get(field, ()) if value != defaults[field]), None)) is not None
    }
    for kind, service in setting.face.services.items():
        chosen = service.fitted(others)
        for field in chosen:
            given = {name: value for name, value in chosen.items() if name != field}
            yield Case(f"upstream {kind} without {field}", _sent(kind, given), FEEDS)
        yield Case(f"upstream {kind} without any choice", _sent(kind, {}), FEEDS)
        yield Case(f"upstream {kind} refused", _refused(kind, service), frozenset({"UP-06"}), jobs=2)


def _sent(service: str, fields: Mapping[str, Value]) -> Drive:
    async def drive(bench: Bench) -> None:
        await one_job(bench, service, fields=fields)

    return drive


def _refused(kind: str, service: Service) -> Drive:
    """A value that is none, and a required field that is missing."""
    required = service.required[0]

    async def drive(bench: Bench) -> None:
        unknown = bench.order(kind, **wrong(service, "resolution"))
        bare = bench.order(kind, without=(required,), intent="missing", about=required)
        for submit in [await bench.submit(order) for order in (unknown, bare)]:
            await bench.watch(submit, 60 * SECOND, 5 * SECOND)
        await bench.settle()

    return drive
