"""Keys: none, unknown, and one that does not allow the service."""

from __future__ import annotations

from collections.abc import Iterable

from veocontracts.bench import Bench
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, Drive, workload
from veosim.units import SECOND


@workload("keys")
def keys(setting: Setting) -> Iterable[Case]:
    """Every service, with every key that must not do."""
    roles = ["none", "unknown"]
    if "unentitled" in setting.profile.auth.keys:
        roles.append("unentitled")
    for service in setting.face.services:
        for role in roles:
            rules = {"AUTH-02", "BILL-11"} if role == "unentitled" else {"AUTH-01"}
            yield Case(f"key {service} {role}", _submit(service, role), frozenset({"UP-06", *rules}))
    yield Case("key of a read", _read, frozenset({"AUTH-01"}))


def _submit(service: str, role: str) -> Drive:
    async def drive(bench: Bench) -> None:
        await bench.submit(bench.order(service, intent="key"), key=role)
        await bench.pause(SECOND)
        if role == "unentitled":
            await bench.ledger(role)

    return drive


async def _read(bench: Bench) -> None:
    submit = await bench.submit(bench.order())
    for role in ("none", "unknown"):
        await bench.read(submit, role, intent="key")
