"""Which exchange meets which entry."""

from typing import Any

import pytest

from veosim.job import Job, JobRequest, Outcome, Plan
from veosim.scenario.load import parse_scenario
from veosim.scenario.matching import Seen, matching, seen_of
from veosim.scenario.model import Scenario
from veosim.seeded import fingerprint
from veosim.units import SECOND

KEY = fingerprint("Bearer sk-1")
SEEN = Seen("api-video", ("status", "from-text"), "a red kite", KEY, 2, 3 * SECOND)


def scenario(*entries: str, kind: str = "poll", name: str = "x") -> Scenario:
    """A scenario with these entries for one kind of exchange."""
    return parse_scenario(f"scenario: {name}\nexchanges:\n  {kind}:\n" + "".join(f"  - {each}\n" for each in entries))


def job() -> Job:
    """A job that was never asked about."""
    request = JobRequest("from-text", "", "a red kite", "veo", 4.0, "512P", "16:9", {})
    return Job("a", "api-video", request, 0, Plan(Outcome.SUCCEED))


@pytest.mark.parametrize(
    ("when", "matches"),
    [
        ("prompt: '*kite'", True),
        ("prompt: kite", False),
        ("dialect: api-video", True),
        ("dialect: image-to-video", False),
        ("operation: status", True),
        ("operation: from-text", True),
        ("operation: from-image", False),
        (f"key: '{KEY}'", True),
        ("key: sk-1", True),
        ("key: sk-2", False),
        ("nth: 7", True),
        ("nth: [1, '6..']", True),
        ("nth: 8..", False),
        ("nth_of_job: 2", True),
        ("nth_of_job: '3..'", False),
        ("sooner_than: 3.001s", True),
        ("sooner_than: 3s", False),
        ("share: 100%", True),
        ("nth: 7, prompt: '*kite', key: 'key:*'", True),
        ("nth: 7, prompt: kite", False),
    ],
)
def test_every_condition_must_hold(when: str, *, matches: bool) -> None:
    """One by one, and together."""
    played = scenario(f"{{when: {{{when}}}, delay: 1s}}")
    assert (matching(played, 0, "poll", 7, SEEN) is not None) is matches


def test_the_first_entry_that_matches_applies() -> None:
    """Lists of other kinds are not looked at."""
    played = scenario("{when: {nth: 2}, delay: 1s}", "{when: {nth: '2..3'}, delay: 2s}", "{delay: 3s}")
    found = [matching(played, 0, "poll", number, SEEN) for number in (1, 2, 3)]
    assert [entry and entry.delay // SECOND for entry in found] == [3, 1, 2]
    assert matching(played, 0, "submit", 2, SEEN) is None


def test_a_first_poll_is_never_too_soon() -> None:
    """There is nothing yet that it could follow."""
    played = scenario("{when: {sooner_than: 1000h}, delay: 1s}")
    assert matching(played, 0, "poll", 1, Seen("api-video", ("status",), "a kite")) is None


def drawn(seed: int = 7, *, entries: int = 1, **changes: Any) -> list[int]:
    """The numbers of the exchanges that the last entry's share of 20% falls on."""
    played = scenario(
        *["{when: {prompt: another}, delay: 1s}"] * (entries - 1), "{when: {share: 20%}, delay: 1s}", **changes
    )
    kind = changes.get("kind", "poll")
    return [number for number in range(200) if matching(played, seed, kind, number, SEEN)]


def test_a_share_is_drawn_for_each_exchange() -> None:
    """From the seed, the scenario, the kind, the entry and the exchange's number, and from nothing else."""
    draws = [drawn(), drawn(8), drawn(name="y"), drawn(kind="content"), drawn(entries=2)]
    assert drawn() == draws[0]
    assert all(20 < len(draw) < 60 for draw in draws)
    assert len({tuple(draw) for draw in draws}) == len(draws)


def test_what_is_seen_of_an_exchange_about_a_job() -> None:
    """Polls, downloads and cancels are counted apart; only polls have a time since the last one."""
    one = job()
    seen = [
        seen_of(one, kind, "op", KEY, at * SECOND)
        for kind, at in (("poll", 1), ("content", 2), ("poll", 4), ("cancel", 5), ("poll", 4), ("content", 9))
    ]
    assert [(each.nth_of_job, each.since_last) for each in seen] == [
        (1, None),
        (1, None),
        (2, 3 * SECOND),
        (1, None),
        (3, 0),
        (2, None),
    ]
    assert seen[0] == Seen("api-video", ("op", "from-text"), "a red kite", KEY, 1)
    assert (one.polls, one.downloads, one.cancels) == (3, 2, 1)
