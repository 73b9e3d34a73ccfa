"""Keys: fresh ones where they can be made, and none but RATE's workload near the limit."""

import asyncio
import re

import pytest

from veocontracts.keys import Keys
from veocontracts.profile import Auth
from veocontracts.steps import Origin
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.virtual import VirtualClock, VirtualRunner
from veosim.units import SECOND

MINUTE = 60 * SECOND
SHARED = Auth(keys={"main": "k-main", "other": "k-other"})
MINTED = Auth(header="X-Api-Key: {key}", keys={"main": "k-main", "unentitled": "k-none"}, mint="new-{n:03}")
IN_HEXADECIMAL = Auth(keys={"main": "k-main"}, mint="new-{n:012x}")
CASE = Origin(7, "a case")
ORIGINS = (CASE, Origin(8, "a case"), Origin(7, "another case"))


def test_fresh_keys_follow_the_pattern() -> None:
    """A whole number stands for `{n}`, however the pattern writes it."""
    assert re.fullmatch(r"new-\d{3,15}", Keys(MINTED, 60, MINUTE).fresh("main", CASE))
    assert re.fullmatch(r"new-[0-9a-f]{12}", Keys(IN_HEXADECIMAL, 60, MINUTE).fresh("main", CASE))


def test_a_fresh_key_is_a_function_of_the_case() -> None:
    """Whatever was minted before, and in whatever process: so that a run can be spread over several."""
    first, second = (Keys(MINTED, 60, MINUTE) for _ in range(2))
    other = second.fresh("other", CASE)
    assert (first.fresh("main", CASE), first.fresh("other", CASE)) == (second.fresh("main", CASE), other)


def test_no_two_cases_share_a_fresh_key() -> None:
    """Run, seed, case, role, and each time that a run drives the case have keys of their own."""
    runs = [Keys(MINTED, 60, MINUTE), Keys(MINTED, 60, MINUTE, "later")]
    asked = [(role, origin, life) for role in ("main", "other") for origin in ORIGINS for life in ("", "again")]
    assert len({keys.fresh(*each) for keys in runs for each in asked}) == 2 * len(asked) == 24


def test_without_a_pattern_keys_are_shared() -> None:
    """Then a role's own key is used, and `main` where it has none."""
    keys = Keys(SHARED, 60, MINUTE)
    assert [keys.fresh(role, CASE) for role in ("main", "other", "third")] == ["k-main", "k-other", "k-main"]


def test_only_the_profile_knows_certain_keys() -> None:
    """A key without rights cannot be minted; it is declared, or absent."""
    assert Keys(MINTED, 60, MINUTE).declared("unentitled") == "k-none"
    assert Keys(SHARED, 60, MINUTE).declared("unentitled") is None


@pytest.mark.parametrize(
    ("auth", "key", "headers"),
    [
        (SHARED, "k", {"Authorization": "Bearer k"}),
        (MINTED, "k", {"X-Api-Key": "k"}),
        (SHARED, None, {}),
    ],
)
def test_the_header_carries_the_key(auth: Auth, key: str | None, headers: dict[str, str]) -> None:
    """The profile's pattern names the header; without a key there is none."""
    assert Keys(auth, 60, MINUTE).headers(key) == headers


def submits_at(per_window: int, count: int, side_by_side: bool = False) -> list[float]:
    """The seconds at which so many paced submits of one key may go out."""

    async def work(loop: VirtualLoop) -> list[float]:
        keys, clock, times = Keys(SHARED, per_window, MINUTE), VirtualClock(loop), []

        async def one() -> None:
            await keys.room("k-main", clock)
            times.append(loop.time())

        if side_by_side:
            await asyncio.gather(*(one() for _ in range(count)))
        else:
            for _ in range(count):
                await one()
        return times

    with VirtualRunner() as runner:
        return runner.run(work)


@pytest.mark.parametrize("side_by_side", [False, True])
def test_a_shared_key_stays_ten_below_its_limit(side_by_side: bool) -> None:
    """Of a limit of 60, 50 go out at once, the next 50 when the window has passed, and so on."""
    assert submits_at(60, 120, side_by_side) == [0.0] * 50 + [60.0] * 50 + [120.0] * 20


def test_a_tiny_limit_still_lets_one_through() -> None:
    """Where ten below the limit is nothing, one submit a window remains."""
    assert submits_at(5, 3) == [0.0, 60.0, 120.0]


def test_keys_have_windows_of_their_own() -> None:
    """One key that is at its limit does not hold another."""

    async def work(loop: VirtualLoop) -> float:
        keys, clock = Keys(SHARED, 11, MINUTE), VirtualClock(loop)
        for key in ("k-main", "k-other"):
            await keys.room(key, clock)
        return loop.time()

    with VirtualRunner() as runner:
        assert runner.run(work) == 0.0
