"""Before anything else: does the gateway reach our upstream, does its clock move, does its ledger show a charge?

The money guard: one job with a one-time marker is submitted. Unless the simulator sees that marker within
`reach_within`, nothing more is ever sent, since the gateway may be calling a real upstream.
"""

from __future__ import annotations

from veocontracts.bench import Bench
from veocontracts.events import Submit
from veocontracts.runner import smoke
from veocontracts.runner.clock_probe import WATCHED, clock_probe
from veocontracts.runner.terms_of import Probed
from veosim.errors import VeosimError
from veosim.units import SECOND

LOOKS = 100
REFUSED = 20
"""A gateway that took no job on is given this part of `reach_within`: it calls nobody any more."""
AT_ONCE = {"outcome": "succeed", "queue": "0s", "run": "1s"}


class UnusableError(VeosimError):
    """The gateway or the harness cannot be used: exit code 3."""


async def probe(bench: Bench, patience: int) -> Probed:
    """Send one job and watch it; then, where there is a ledger, send another one that completes at once.

    Args:
        bench: a bench on the gateway that is to be judged.
        patience: `reach_within` on the bench's clock.

    Raises:
        UnusableError: the gateway does not answer, does not accept the job, does not call this upstream or with
            another key, or shows nothing of a charge; with the next step to try.
    """
    probed = await clock_probe(bench, await guard(bench, patience))
    if bench.terms.ledger and probed.clock_proved:
        await _charge(bench, WATCHED + probed.poll_gap)
    return probed


async def guard(bench: Bench, patience: int) -> Submit:
    """The money guard: send one job that never ends, and see it arrive.

    Raises:
        UnusableError: it does not; nothing more may be sent.
    """
    submit = await bench.submit(bench.order(job={"outcome": "stuck", "queue": "0s"}))
    is_accepted = submit.status is not None and submit.status // 100 == 2
    if not await _reached(bench, patience if is_accepted else patience // REFUSED):
        raise UnusableError(smoke.not_reached(bench, submit))
    await bench.pause(patience // LOOKS)
    if refused := smoke.key_refused_upstream(bench):
        raise UnusableError(refused)
    return submit


async def _reached(bench: Bench, patience: int) -> bool:
    for _ in range(LOOKS):
        if any(story.upstream for story in bench.history().stories):
            return True
        await bench.pause(patience // LOOKS)
    return False


async def _charge(bench: Bench, within: int) -> None:
    """See that a completed job is charged; what is charged, and that it is charged everywhere, is BILL's to judge."""
    submit = await bench.submit(bench.order(job=AT_ONCE))
    await bench.watch(submit, within, 5 * SECOND)
    await bench.settle(submit)
    history = bench.history()
    story = next(story for story in history.stories if story.label == submit.label)
    if silent := smoke.ledger_silent(bench, story.last, next(reversed(history.ledger), None), submit):
        raise UnusableError(silent)
