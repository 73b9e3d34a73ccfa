"""A run's child processes: which of them drives a case, and after which others, shows nowhere."""

from dataclasses import replace

import pytest
from tests.support.benches import setting

from veocontracts.events import Submit
from veocontracts.profile import AsgiTarget, Target
from veocontracts.runner import run
from veocontracts.runner.cases import run_case
from veocontracts.setting import Setting
from veocontracts.timing.virtual import VirtualRunner
from veocontracts.workloads import selected

PARTS = 4
COMMON = {"unentitled", "unknown", "none"}
"""Roles whose keys all cases share."""


def sharded() -> Setting:
    """The setting of a gateway that shows which keys it was given."""
    found = setting(seed=7)
    reference = found.profile.target.asgi
    assert reference is not None
    target = Target(asgi=AsgiTarget(factory="tests.gateways.sharded:create", kwargs=reference.kwargs))
    return replace(found, profile=found.profile.model_copy(update={"target": target}))


def histories(chosen: Setting, part: int) -> list[tuple[str, str, set[str]]]:
    """Each case of that part: its name, what was seen and done, the shards of its keys. Runs in a child process."""
    cases = selected(chosen, frozenset({"BILL-12", "UP-07", "LIFE-11"}), virtual=True)[part::PARTS]
    found = []
    with VirtualRunner() as runner:
        for case in cases:
            history, _ = run_case(runner, chosen, case)
            shards = {event.headers["x-shard"] for event in history.of(Submit) if event.key not in COMMON}
            found.append((case.name, repr((history.events, history.steps, history.notes)), shards))
    return found


def spread(workers: int, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, set[str]]]:
    """The same of all parts, over so many processes."""
    monkeypatch.setattr(run, "WORKERS", workers)
    with run.pool() as executor:
        futures = [run.begun(executor, histories, sharded(), part) for part in range(PARTS)]
        return [each for future in futures for each in run.outcome_of(future)]


def test_one_worker_and_two_bring_the_same_histories(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice with one, once with two, byte for byte, keys and all; and no two cases share a key."""
    alone, again, together = (spread(workers, monkeypatch) for workers in (1, 1, 2))
    assert alone == again == together
    shards = [shard for _, _, shards in alone for shard in shards]
    assert len(shards) == len(set(shards)) > len(alone) > 10
