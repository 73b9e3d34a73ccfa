"""All namespaces of one simulator."""

from collections.abc import Mapping

import pytest

from veosim import Job, ManualClock, Outcome, Plan, parse_scenario
from veosim.callbacks.sign import LOCAL_SECRET
from veosim.dialects.api_video import ApiVideo
from veosim.errors import VeosimError
from veosim.job import JobRequest
from veosim.namespace import KEPT, Common, Kept, Namespace
from veosim.outbound.base import Receipt
from veosim.seeded import digest
from veosim.tenants import Tenants

PLAIN = parse_scenario("scenario: plain\n")
DIALECT = ApiVideo()
IDENTITY = digest("a kite")


async def post(url: str, headers: Mapping[str, str], body: bytes) -> Receipt:
    """Nothing is sent."""
    return Receipt(200, "", "answered")


def tenants(kept: Kept = KEPT) -> Tenants:
    """As a simulator begins."""
    return Tenants(Common(PLAIN, 7, ManualClock(), post, LOCAL_SECRET, kept))


def settled(them: Tenants, home: Namespace) -> str:
    """The id of a job that has ended as it began."""
    job_id = them.free_id(home, DIALECT, IDENTITY)
    request = JobRequest("from-text", "", "a kite", "veo", 4.0, "1080P", "16:9", {})
    them.settle(home, Job(job_id, "api-video", request, 0, Plan(Outcome.SUCCEED)))
    return job_id


def test_the_default_one_is_always_there() -> None:
    """Others are made when they are first asked for, and stay the same."""
    them = tenants()
    run = them.enter("run-7")
    assert them.names == ["default", "run-7"]
    assert [them.enter("run-7"), them.get("run-7"), them.find("run-7")] == [run, run, run]
    assert list(them) == [them.default, run]
    assert them.find("run-8") is None


def test_an_unknown_name() -> None:
    """With those there are, and the nearest."""
    them = tenants()
    them.enter("run-7")
    with pytest.raises(VeosimError) as caught:
        them.get("run-8")
    assert str(caught.value) == ("no namespace is called 'run-8'; there are default, run-7; did you mean 'run-7'?")


def test_they_are_bounded() -> None:
    """Those that are there can still be entered."""
    them = tenants(Kept(namespaces=2))
    them.enter("a")
    with pytest.raises(VeosimError, match=r"^there are 2 namespaces already; reset those that are done with$"):
        them.enter("b")
    assert them.enter("a").name == "a"


def test_the_owners_own_are_let_in_however_many_there_are() -> None:
    """Nobody who sends requests can take a mapped key's place away."""
    them = Tenants(Common(PLAIN, 7, ManualClock(), post, LOCAL_SECRET, Kept(namespaces=2)), {"home"})
    them.enter("a")
    assert them.enter("home").name == "home"
    with pytest.raises(VeosimError, match=r"^there are 3 namespaces already"):
        them.enter("b")


def test_equal_requests_have_ids_of_their_own() -> None:
    """In each namespace, and again in the same one; each id follows from what came before there."""
    found = []
    for _ in range(2):
        them = tenants()
        homes = [them.default, them.enter("a"), them.enter("b"), them.default, them.enter("a")]
        found.append([settled(them, home) for home in homes])
    assert found[0] == found[1]
    assert len(set(found[0])) == 5


def test_an_id_follows_from_its_namespace_alone() -> None:
    """What others did before makes no difference."""
    alone, crowded = tenants(), tenants()
    for name in ("default", "b"):
        settled(crowded, crowded.enter(name))
    assert settled(alone, alone.enter("a")) == settled(crowded, crowded.enter("a"))


def test_each_job_has_a_home() -> None:
    """Until it is dropped, or its namespace is reset or forgotten."""
    them = tenants(Kept(jobs=1))
    homes = [them.enter(name) for name in ("a", "b", "c")]
    ids = [settled(them, home) for home in homes]
    assert [them.home_of(job_id) for job_id in ids] == homes
    newer = settled(them, homes[0])
    them.renew("b")
    them.forget("c")
    assert [them.home_of(job_id) for job_id in [*ids, newer]] == [None, None, None, homes[0]]
    assert them.names == ["default", "a", "b"]


def test_forgetting_the_default_one_only_empties_it() -> None:
    """It is always there."""
    them = tenants()
    settled(them, them.default)
    them.forget("default")
    assert (them.names, them.default.jobs) == (["default"], {})
    with pytest.raises(VeosimError, match=r"^no namespace is called 'nope'; there are default$"):
        them.forget("nope")


def test_a_reset_leaves_the_default_one() -> None:
    """As new, the very same object."""
    them = tenants()
    default, job_id = them.default, settled(them, them.enter("a"))
    them.reset()
    assert (them.names, them.default, them.home_of(job_id)) == (["default"], default, None)
