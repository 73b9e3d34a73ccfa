"""Upstream jobs of a run that can be tied to no submit, where cases share a simulator."""

import json

from tests.support.benches import FunctionGateway, on_a_bench

from veocontracts.bench import Bench
from veocontracts.rules import RULES
from veocontracts.runner.census import Census
from veocontracts.tally import Tallies
from veosim.app import create_app
from veosim.inprocess import Response, call

ACCEPTED = b'{"status": "accepted", "job": {"id": "a"}}'


def counted(*, again: int, hands_on: bool = True, lone: bool = False) -> list[tuple[str, str]]:
    """What UP-01 says at the end of a run of one job that is sent upstream, and in other words so many times more."""

    async def work(bench: Bench, _: FunctionGateway) -> list[tuple[str, str]]:
        world, tallies = bench._world, Tallies()
        upstream = create_app(world.simulator, root="api-video")
        census = Census(bench.setting, world)
        case = Bench(bench.setting, world, "one case", lone=lone)
        order = case.order()
        await case.submit(order)
        bodies = [order.body] * hands_on + [{"prompt": "a meadow"}] * again
        for body in bodies:
            await call(upstream, "POST", "/api/video/from-text", {}, json.dumps(body).encode())
        census.note(case.history())
        census.judge([RULES["UP-01"], RULES["UP-03"]], tallies)
        found = [finding for tally in tallies.counts.values() for finding in tally.findings]
        return [(finding.history.case, finding.observation.actual) for finding in found]

    async def answer(*_: object) -> Response:
        return Response(202, {}, ACCEPTED)

    return on_a_bench(answer, work, alone=False)


def test_a_job_in_other_words_is_found_at_the_end() -> None:
    """No case saw it, since it may have been any other's."""
    assert counted(again=1) == [("the whole run", "one more, with a prompt that no client sent: 'a meadow'")]


def test_a_job_whose_words_alone_were_changed_is_one_job() -> None:
    """It is the only one of its submit, whose words it should have."""
    ((case, actual),) = counted(again=1, hands_on=False)
    assert (case, actual.partition(",")[0]) == ("one case", "prompt 'a meadow'")
    assert counted(again=0) == []
    assert counted(again=0, hands_on=False) == []


def test_what_a_case_has_judged_is_not_judged_twice() -> None:
    """A case that was alone has seen it."""
    assert counted(again=2, lone=True) == []
