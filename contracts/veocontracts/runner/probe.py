"""Before anything else: does the gateway reach our upstream, does its clock move, does its ledger show a charge?

The money guard: one job with a one-time marker is submitted. Unless the simulator sees that marker within
`reach_within`, nothing more is ever sent, since the gateway may be calling a real upstream. Then, since a gateway may
have another upstream for each of its services, one job of each further service.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from veocontracts.bench import Bench
from veocontracts.events import Submit
from veocontracts.runner import smoke
from veocontracts.runner.clock_probe import clock_probe
from veocontracts.runner.pace import WATCHED
from veocontracts.runner.terms_of import Probed
from veosim.errors import VeosimError
from veosim.units import SECOND

LOOKS = 100
REFUSED = 20
"""A gateway that took no job on is given this part of `reach_within`: it calls nobody any more."""
AT_ONCE = {"outcome": "succeed", "queue": "0s", "run": "1s"}


class UnusableError(VeosimError):
    """The gateway or the harness cannot be used: exit code 3."""


async def probe(bench: Bench, patience: int, slower: Sequence[int] = ()) -> Probed:
    """Send one job and watch it; then, where there is a ledger, send another one that completes at once.

    Args:
        bench: a bench on the gateway that is to be judged.
        patience: `reach_within` on the bench's clock.
        slower: the gaps between polls at another start, whose clock ran more slowly.

    Raises:
        UnusableError: the gateway does not answer, does not accept the job, does not call this upstream or with
            another key, or shows nothing of a charge; with the next step to try.
    """
    probed = await clock_probe(bench, await guard(bench, patience), slower)
    if bench.terms.ledger and probed.clock_proved:
        await _charge(bench, WATCHED + probed.poll_gap)
    return probed


async def guard(bench: Bench, patience: int) -> Submit:
    """The money guard: send one job that never ends, and see it arrive; then one of each further service.

    Returns:
        The first.

    Raises:
        UnusableError: one does not arrive; nothing more may be sent.
    """
    submit, refused = await guard_each(bench, patience)
    for each in refused.values():
        raise UnusableError(smoke.not_reached_too(bench, each))
    return submit


async def guard_each(bench: Bench, patience: int) -> tuple[Submit, dict[str, Submit]]:
    """The same, where a further service may refuse its job with a 4xx: of that one nothing more may be sent.

    Returns:
        The first job; and the jobs that were refused and did not arrive, by the kinds of their services.

    Raises:
        UnusableError: another one does not arrive; nothing more may be sent.
    """
    first, *others = bench.face.services
    submit = await bench.submit(bench.order(first, job={"outcome": "stuck", "queue": "0s"}))
    if not await _seen(
        bench, lambda: any(story.upstream for story in bench.history().stories), _wait(submit, patience)
    ):
        raise UnusableError(smoke.not_reached(bench, submit))
    await bench.pause(patience // LOOKS)
    if refused := smoke.key_refused_upstream(bench):
        raise UnusableError(refused)
    return submit, {kind: each for kind in others if (each := await _unseen(bench, patience, kind)) is not None}


async def _unseen(bench: Bench, patience: int, kind: str) -> Submit | None:
    """The first job of a further service if it was refused and did not arrive; None if it did.

    What came is for UP to judge, so that anything comes is enough.
    """
    before = _submits(bench)
    submit = await bench.submit(bench.order(kind, job=AT_ONCE))
    if await _seen(bench, lambda: _submits(bench) > before, _wait(submit, patience)):
        return None
    if submit.status is None or submit.status // 100 != 4:
        raise UnusableError(smoke.not_reached_too(bench, submit))
    return submit


def _submits(bench: Bench) -> int:
    return sum(exchange.kind == "submit" for exchange in bench.record.asked())


def _wait(submit: Submit, patience: int) -> int:
    return patience if submit.status is not None and submit.status // 100 == 2 else patience // REFUSED


async def _seen(bench: Bench, done: Callable[[], bool], patience: int) -> bool:
    for _ in range(LOOKS):
        if done():
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
