"""Histories: events put together by submit."""

from decimal import Decimal

import pytest
from tests.support.stories import (
    ERROR,
    VIDEO,
    a_history,
    charge_of,
    ledger,
    poll,
    read,
    read_in_vain,
    refused,
    submit,
    upstream,
)

from veocontracts.events import LedgerRead, Read, Submit, UpstreamPoll, UpstreamSubmit
from veocontracts.history import Story


def story(*events: Submit | Read | UpstreamSubmit | UpstreamPoll | LedgerRead) -> Story:
    """The first story of these events."""
    return a_history(*events).stories[0]


def test_events_belong_to_the_submit_of_their_label() -> None:
    """Reads, upstream submits and polls go by label, readings of the ledger by key; what has no submit is left out."""
    mine, other = submit(), submit("job#2", at=1, key="other")
    sent, polled, seen = upstream(), poll("success", at=9), read("completed", at=10)
    charges, theirs = ledger(charge_of(6), at=20), ledger(at=21, key="other")
    stray = upstream("nobody", at=3)
    history = a_history(mine, other, sent, stray, polled, seen, charges, theirs)
    assert history.stories == [
        Story(mine, [seen], [sent], [polled], ledger=[charges]),
        Story(other, ledger=[theirs]),
    ]
    assert (history.strays, history.ledger, history.weight) == ([stray], [charges, theirs], (2, 8))
    assert history.of(Read) == [seen]
    assert history.of(UpstreamPoll) == [polled]


@pytest.mark.parametrize(
    ("event", "is_accepted"),
    [
        (submit(), True),
        (submit(status=200), True),
        (submit(status=201), True),
        (submit(id=None), False),
        (submit(status=400, id="x"), False),
        (submit(status=302, id="x"), False),
        (submit(status=None), False),
    ],
)
def test_a_submit_is_accepted_by_any_2xx_with_an_id(event: Submit, is_accepted: bool) -> None:
    """A 2xx without an id is no acceptance, and an id without a 2xx is none either."""
    assert story(event).accepted is is_accepted


@pytest.mark.parametrize(
    "data", [None, [], "queued", 7, {}, {"job": None}, {"job": [1]}, {"job": "queued"}, [{"job": {"id": 1}}]]
)
def test_an_answer_without_a_job_promises_nothing(data: object) -> None:
    """Whatever the answer to a submit is, the job in it is an object, if need be an empty one."""
    assert story(submit(data=data)).promised == {}


def test_an_answer_with_a_job_promises_it() -> None:
    """The job is shown as it came."""
    assert story(submit(data={"job": {"id": 1, "status": []}})).promised == {"id": 1, "status": []}


def test_views_are_what_the_owner_saw() -> None:
    """Reads that showed nothing, and reads that were meant to fail, are no views; the first end is the end."""
    first, done, again = read("queued", at=1), read("completed", at=5), read("completed", at=9)
    found = story(submit(), first, read_in_vain(500, at=2), read("queued", at=3), done, again)
    assert [view[0].at for view in found.views] == [first.at, 3_000_000_000, done.at, again.at]
    assert found.ended == (done, done.shown)
    assert found.last == again.shown
    nothing = story(submit(), read_in_vain(404, at=1))
    assert (nothing.views, nothing.ended, nothing.last) == ([], None, None)


def test_the_upstream_job_is_the_one_that_was_made() -> None:
    """A submit that made nothing is no plan."""
    refusal, taken = upstream(status=429, made=False), upstream(at=5, ready=30)
    found = story(submit(), refusal, taken, poll(at=9))
    assert found.planned == taken
    assert found.asked == [refusal, taken, poll(at=9)]
    assert story(submit(), refusal).planned is None


def test_entries_are_those_of_the_job() -> None:
    """The last reading counts, or the last one up to an instant; other jobs' entries are left out."""
    early, late = ledger(at=10), ledger(charge_of(6), charge_of(12, "job#2"), at=20)
    found = story(submit(), early, late)
    assert found.entries() == (charge_of(6),)
    assert [found.entries(at) for at in (0, 10_000_000_000, 20_000_000_000)] == [(), (), (charge_of(6),)]
    assert charge_of(6).amount == Decimal(6)


def test_a_refused_submit_owns_the_entries_of_no_job() -> None:
    """A charge that names no job may be for the request that made none."""
    assert story(refused(), ledger(charge_of(6, None), at=9)).entries() == (charge_of(6, None),)


@pytest.mark.parametrize(
    ("event", "state", "final"),
    [
        (poll("success", at=1), "success", True),
        (poll("error", at=1), "error", True),
        (poll("processing", at=1), "running", False),
        (poll(at=1, status=502, data=VIDEO), "", False),
        (poll(at=1, status=None), "", False),
        (poll(at=1, data=[ERROR]), "", False),
        (poll(at=1, data={"status": ["success"]}), "", False),
        (poll(at=1, data={"status": None}), "", False),
        (poll(at=1, data="success"), "", False),
    ],
)
def test_a_poll_tells_the_state_of_a_200_object(event: UpstreamPoll, state: str, final: bool) -> None:
    """Anything else tells nothing, and ends nothing."""
    assert (event.told.state, event.final) == (state, final)


@pytest.mark.parametrize(
    ("word", "terminal"),
    [("queued", False), ("processing", False), ("completed", True), ("failed", True), ("?", False)],
)
def test_a_job_ends_completed_or_failed(word: str, terminal: bool) -> None:
    """An unknown word is no end."""
    shown = read(word, at=1).shown
    assert shown is not None
    assert shown.terminal is terminal
