"""Before anything else: does the gateway reach our upstream, does its clock move, how often does it poll?

The money guard: one job with a one-time marker is submitted. Unless the simulator sees that marker within
`reach_within`, nothing more is ever sent, since the gateway may be calling a real upstream.
"""

from __future__ import annotations

from itertools import pairwise

from veocontracts.bench import Bench
from veocontracts.events import Submit, UpstreamPoll
from veocontracts.runner.terms_of import Probed
from veosim.errors import VeosimError, shown
from veosim.units import SECOND, show_duration

WATCHED = 60 * SECOND
LOOKS = 100


class UnusableError(VeosimError):
    """The gateway or the harness cannot be used: exit code 3."""


async def probe(bench: Bench, patience: int) -> Probed:
    """Send one job and watch it for a minute of the gateway's time.

    Args:
        bench: a bench on the gateway that is to be judged.
        patience: `reach_within` on the bench's clock.

    Raises:
        UnusableError: the gateway does not answer, does not accept the job, or does not call this upstream.
    """
    order = bench.order(job={"outcome": "stuck", "queue": "0s"})
    submit = await bench.submit(order)
    if not await _reached(bench, patience):
        raise UnusableError(_not_reached(bench, submit, patience))
    # A gateway may poll more and more seldom, so a gap that the profile does not declare takes a whole job to measure.
    await bench.pause(WATCHED if bench.setting.profile.timeout.poll_gap is not None else bench.terms.timeout)
    await bench.ledger()
    polls = [event.at for event in bench.history().events if isinstance(event, UpstreamPoll)]
    gaps = [later - earlier for earlier, later in pairwise(polls)]
    if not gaps:
        note = f"the gateway polled {len(polls)} times in {show_duration(WATCHED)} of its own time"
        return Probed(clock_proved=False, clock_note=f"the gateway's clock was not seen to move: {note}")
    return Probed(poll_gap=max(gaps))


async def _reached(bench: Bench, patience: int) -> bool:
    for _ in range(LOOKS):
        if any(story.upstream for story in bench.history().stories):
            return True
        await bench.pause(patience // LOOKS)
    return False


def _not_reached(bench: Bench, submit: Submit, patience: int) -> str:
    notes = "; ".join(bench.history().notes)
    if submit.status is None:
        return f"the gateway did not answer: {notes or 'no answer'}; is it up, and is its address right?"
    if submit.status in {401, 403}:
        return f"the gateway answered {submit.status} to the key auth.keys.main; is it one that it knows?"
    if submit.status // 100 != 2:
        return f"the gateway answered {submit.status} to a valid submit: {shown(submit.data, 200)}"
    return (
        f"1 job was sent, and the simulator did not see it within {show_duration(patience)}; this gateway may be "
        "calling a real upstream, so nothing more is sent. Point its upstream URL at {upstream_url}"
    )
