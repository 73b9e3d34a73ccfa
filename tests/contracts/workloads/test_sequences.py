"""Sequences as cases: each operation does what its name says, and the last reads and the ledger see what came of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import pytest
from tests.support.benches import setting

from veocontracts.bench import Bench
from veocontracts.effort import Coverage, Effort
from veocontracts.engines.exhaustive import ALPHABET
from veocontracts.events import LedgerRead, Read, Restart, Submit
from veocontracts.history import History
from veocontracts.keys import Keys
from veocontracts.setting import Scope, Setting
from veocontracts.steps import Operation
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.virtual import VirtualClock, VirtualRunner
from veocontracts.workloads import sequences
from veocontracts.world import World
from veosim.inprocess import Response
from veosim.simulator import Simulator
from veosim.units import SECOND

LAST: tuple[Operation, ...] = ("ledger", "read", "read", "ledger")


def with_effort(**effort: int) -> Setting:
    """The reference's setting without restarts, with less effort."""
    return replace(setting(capabilities=frozenset()), scope=Scope(effort=Effort(**effort)))


def history(*operations: str) -> History:
    """One sequence on a gateway that takes every job and restarts in 3 s."""
    chosen = setting(capabilities=frozenset({"restart"}))
    name = " ".join(("sequence submit", *operations))
    [case] = [case for case in sequences.sequences(chosen) if case.name == name]

    class Gateway:
        async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
            del path, headers, body
            if method == "POST":
                return Response(202, {"content-type": "application/json"}, b'{"job": {"id": "a"}}')
            return Response(404, {"content-type": "application/json"}, b"{}")

    async def restart(meanwhile: Callable[[], Awaitable[None]]) -> None:
        await meanwhile()
        await asyncio.sleep(3)  # why: the loop is virtual, so this is a jump

    async def run(loop: VirtualLoop) -> History:
        clock = VirtualClock(loop)
        keys = Keys(chosen.profile.auth, chosen.terms.submits_per_minute, chosen.terms.rate_window)
        world = World(Gateway(), Simulator(clock=clock), clock, keys, alone=True, restart=restart)
        bench = Bench(chosen, world, "a case")
        await case.drive(bench)
        return bench.history()

    with VirtualRunner() as runner:
        return runner.run(run)


def operations(found: History) -> list[Operation]:
    """What was done, without the beginning and the end that all sequences share."""
    done = [step.operation for step in found.steps]
    assert done[:2] == ["submit", "ledger"]
    assert tuple(done[-4:]) == LAST
    return done[2:-4]


@pytest.mark.parametrize(
    ("sequence", "done"),
    [
        ((), []),
        (("read",), ["read"]),
        (("ok",), ["force"]),
        (("fail",), ["force"]),
        (("wait",), []),
        (("ok", "repeat"), ["force", "read", "read"]),
        (("restart",), ["restart"]),
        (("restart", "ok", "past"), ["restart", "force"]),
    ],
)
def test_an_operation_is_what_its_name_says(sequence: tuple[str, ...], done: list[Operation]) -> None:
    """Reads, ends upstream, a restart; a repeated success is one that is there for two more polls and reads."""
    assert operations(history(*sequence)) == done


def test_a_second_job_is_read_at_the_end_too() -> None:
    """Both are read twice, 10 s apart, between the last two looks at the ledger."""
    found = history("again")
    assert [(step.operation, step.label) for step in found.steps[2:]] == [
        *(("submit", "job#2"), ("ledger", "")),
        *(("read", "job#1"), ("read", "job#2")) * 2,
        ("ledger", ""),
    ]


def test_time_moves_to_either_side_of_the_deadline() -> None:
    """0.1 s before the 600 s are over, and far enough past them that the job must have ended."""
    chosen = setting()
    assert next(event.at for event in history("before").of(Read)) == 610 * SECOND - SECOND // 10
    assert next(event.at for event in history("past").of(Read)) == 611 * SECOND + chosen.terms.grace
    assert next(event.at for event in history("before", "past").of(Read)) == 611 * SECOND + chosen.terms.grace


def test_a_poll_gap_passes() -> None:
    """At least 6 s, and more than the gateway's own gap."""
    assert [event.at for event in history("wait").of(Read)] == [16 * SECOND, 26 * SECOND]


def test_a_restart_is_an_event_of_its_own() -> None:
    """With the times of its beginning and end."""
    assert history("wait", "restart").of(Restart) == [Restart(at=6 * SECOND, ready_at=9 * SECOND)]


def test_a_job_that_the_client_lost_is_still_looked_for() -> None:
    """A gateway that shows nothing is read all the same."""
    found = history("ok", "wait")
    assert len(found.of(Submit)) == 1
    assert [read.status for read in found.of(Read)] == [404, 404]
    assert found.of(LedgerRead) == []


def test_every_operation_can_be_done() -> None:
    """The alphabet and the moves are one list."""
    assert list(sequences.MOVES) == list(ALPHABET)


def test_a_gateway_without_restarts_is_not_restarted() -> None:
    """The operation is left out of the alphabet, not failed."""
    names = [case.name for case in sequences.sequences(with_effort(depth=2))]
    assert len(names) == 40
    assert [name for name in names if "restart" in name] == []
    with_restart = replace(setting(capabilities=frozenset({"restart"})), scope=Scope(effort=Effort(depth=2)))
    assert len([case for case in sequences.sequences(with_restart) if "restart" in case.name]) == 12


def test_depth_and_budget_are_the_settings() -> None:
    """And the coverage says what they come to."""
    chosen = with_effort(depth=2, budget=9)
    assert len(list(sequences.sequences(chosen))) == 9
    rules = frozenset({"BILL-09", "ACC-01"})
    assert sequences.covered(chosen, rules) == Coverage(depth=2, run=9, possible=73, states=8, left=31)


def test_there_is_no_coverage_where_no_sequence_was_asked_for() -> None:
    """For rules that they do not feed, or among other workloads."""
    chosen = setting()
    assert sequences.covered(chosen, frozenset({"ENUM-02"})) is None
    others = replace(chosen, scope=Scope(workloads=frozenset({"deadline"})))
    assert sequences.covered(others, frozenset({"BILL-09"})) is None
    alone = replace(chosen, scope=Scope(workloads=frozenset({"sequences"})))
    assert sequences.covered(alone, frozenset({"BILL-09"})) is not None


def test_a_case_says_what_it_costs() -> None:
    """How many jobs it submits, and whether it waits for the deadline."""
    cases = {case.name: case for case in sequences.sequences(setting())}
    assert (cases["sequence submit ok"].jobs, cases["sequence submit ok"].slow) == (1, False)
    assert (cases["sequence submit again past"].jobs, cases["sequence submit again past"].slow) == (2, True)
