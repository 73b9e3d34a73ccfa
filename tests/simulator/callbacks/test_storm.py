"""Very many callbacks at one instant, over real sockets, to receivers of which a third hang."""

import asyncio
from dataclasses import dataclass

import pytest
from tests.simulator.callbacks.test_schedule import dialect, job, rules
from tests.support.receivers import answers, hangs, receiver

from veosim.callbacks.schedule import Callbacks
from veosim.callbacks.sign import LOCAL_SECRET
from veosim.clock import ManualClock, monotonic
from veosim.journal import Journal
from veosim.outbound.client import Client
from veosim.units import SECOND


@dataclass(frozen=True)
class Storm:
    """What became of a storm; times are real seconds.

    Attributes:
        listed: callbacks that `advance` named because they had not settled.
        advanced: how long `advance` took.
        ended: how long it took until nothing was under way.
    """

    sent: int
    failed: int
    pending: int
    settled: int
    listed: int
    advanced: float
    ended: float

    def __str__(self) -> str:
        return (
            f"{self.settled} settled and {self.listed} listed when advance returned after {self.advanced:.1f} s; "
            f"{self.sent} sent and {self.failed} failed after {self.ended:.1f} s"
        )


async def storm(count: int, client: Client) -> Storm:
    """Send `count` callbacks due at one instant, every third of them to a receiver that hangs."""
    clock, journal = ManualClock(), Journal()
    callbacks = Callbacks(clock, journal, client.post, LOCAL_SECRET)
    async with receiver(hangs) as stuck, receiver(answers(200)) as fine:
        for number in range(count):
            url = fine.url if number % 3 else stuck.url
            callbacks.expect([job(f"job-{number}")], dialect(), rules(), url)
        began = monotonic()
        listed = await clock.advance(SECOND)
        advanced, settled = monotonic() - began, callbacks.sent + callbacks.failed
        await journal.wait(lambda: not callbacks.pending, 120, "the end of the storm")
        ended = monotonic() - began
        return Storm(
            callbacks.sent,
            callbacks.failed,
            callbacks.pending,
            settled,
            len(listed),
            advanced / SECOND,
            ended / SECOND,
        )


@pytest.mark.parametrize(
    "count",
    [
        # Three hundred are answered in half a second: the client's five leave room for a machine that is busy.
        pytest.param(300, id="short"),
        pytest.param(10_000, id="long", marks=pytest.mark.prove),
    ],
)
def test_in_a_storm_every_callback_is_settled_or_listed(count: int) -> None:
    """None is lost, and receivers that hang keep nothing from those that do not."""
    weather = asyncio.run(storm(count, Client()))
    print(f"storm of {count}: {weather}")  # noqa: T201  the figure is what a reader of the proofs wants
    hanging = (count + 2) // 3
    assert (weather.sent, weather.failed, weather.pending) == (count - hanging, hanging, 0)
    # Some of those that `advance` listed have settled by the time that its caller comes to look.
    assert weather.settled + weather.listed >= count
