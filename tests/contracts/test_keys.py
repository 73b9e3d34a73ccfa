"""Keys: fresh ones where they can be made, and none but RATE's workload near the limit."""

import asyncio
from itertools import count

import pytest

from veocontracts.keys import Keys
from veocontracts.profile import Auth
from veocontracts.timing.virtual import VirtualClock, VirtualLoop, VirtualRunner
from veosim.units import SECOND

MINUTE = 60 * SECOND
SHARED = Auth(keys={"main": "k-main", "other": "k-other"})
MINTED = Auth(header="X-Api-Key: {key}", keys={"main": "k-main", "unentitled": "k-none"}, mint="new-{n:03}")


def test_fresh_keys_are_minted() -> None:
    """Every call makes another key from the pattern, whatever its role."""
    keys = Keys(MINTED, 60, MINUTE)
    assert keys.can_mint
    assert [keys.fresh(role) for role in ("main", "other", "main")] == ["new-001", "new-002", "new-003"]


def test_keys_of_one_process_are_numbered_on() -> None:
    """A gateway that outlives a case never meets a key of an earlier one."""
    numbers = count(7)
    fresh = [Keys(MINTED, 60, MINUTE, numbers).fresh("main") for _ in range(2)]
    assert fresh == ["new-007", "new-008"]


def test_without_a_pattern_keys_are_shared() -> None:
    """Then a role's own key is used, and `main` where it has none."""
    keys = Keys(SHARED, 60, MINUTE)
    assert not keys.can_mint
    assert [keys.fresh(role) for role in ("main", "other", "third")] == ["k-main", "k-other", "k-main"]


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
