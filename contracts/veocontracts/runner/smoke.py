"""Why a gateway cannot be judged, in words, each with the next step to try: what the first jobs of a run show."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus

from veocontracts.bench import Bench
from veocontracts.events import LedgerRead, Shown, Submit
from veocontracts.places import UPSTREAM_URL
from veosim.dialects import DIALECTS
from veosim.dialects.base import Dialect, Operation
from veosim.errors import printable, shown
from veosim.journal import Exchange
from veosim.misses import nearest
from veosim.units import show_duration

REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
ELSEWHERE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED})
WIDTH = 120
"""Characters of a path that are shown."""
LIST = 3
"""So many things are named of a longer list."""


def not_reached(bench: Bench, submit: Submit) -> str:
    """Why the simulator has not seen the first job."""
    asked = [exchange for exchange in bench.record.asked() if exchange.method == "POST"]  # as every submit is
    if submit.status is not None and submit.status in REFUSALS:
        return with_log(bench, _key_refused(bench, submit))
    if asked:
        return with_log(bench, _asked_wrongly(bench, asked[0]))
    say = next(say for fits, say in _ANSWERS if fits(submit.status or 0))
    return with_log(bench, say(bench, submit))


def not_reached_too(bench: Bench, submit: Submit) -> str:
    """That the simulator has not seen the first job of a further service."""
    path = bench.face.service(submit.service).path
    answered = f"the gateway answered {submit.status} to" if submit.status is not None else "the gateway did not answer"
    said = (
        f"{answered} the first job of POST {path}, and the simulator did not see it, though it saw one of another "
        "service; this gateway may be calling a real upstream for it, so nothing more is sent. Point that service at "
        "{upstream_url} too, or leave it out (services)"
    )
    return with_log(bench, said)


def key_refused_upstream(bench: Bench) -> str:
    """That the simulator took none of the gateway's requests, since they carry another key; "" where it did."""
    asked = bench.record.asked()
    if not asked or any(exchange.status not in REFUSALS for exchange in asked):
        return ""
    return with_log(bench, _upstream_key(bench, asked[0]))


def ledger_silent(bench: Bench, job: Shown | None, read: LedgerRead | None, submit: Submit) -> str:
    """Why no ledger of the profile shows anything of a job that completed; "" where one does, or none is declared."""
    spec, terms = bench.setting.profile.ledger, bench.terms
    declared = [f"ledger.{name}" for name, value in spec if value is not None and name != "settle"]
    shows = terms.ledger if terms.own_keys else terms.ledger - {"total"}  # a balance that others move shows nothing
    if job is None or job.state != "completed" or not shows:
        return ""
    notes = [note for note in bench.plain_notes() if note]
    if read is None and notes and shows - {"job", "cost"}:
        return with_log(bench, f"{'; '.join(notes)}. Look at {' and '.join(declared)}")
    entries = (read.entries or ()) if read is not None else ()
    if job.units is not None or job.cost is not None or any(entry.job_id == submit.job_id for entry in entries):
        return ""
    if read is not None and read.total:
        return ""
    found = notes or ["the job has neither units nor cost"]
    if read is not None and read.entries is not None:
        jobs = ", ".join(shown(entry.job_id) for entry in entries[:LIST])
        found = [f"its list has {len(entries)} charges" + (f", of {jobs}" if jobs else "")]
    said = (
        f"the ledger shows nothing for a completed job, {shown(submit.job_id)}: {'; '.join(found)}. Look whether the "
        f"gateway charged it, and whether {' and '.join(declared)} point at the charge"
    )
    return with_log(bench, said)


def with_log(bench: Bench, said: str) -> str:
    """The message, and what the gateway wrote meanwhile."""
    lines = bench.record.log()
    return "\n".join([f"{said}; the end of its log:", *(f"  | {line}" for line in lines)]) if lines else said


def _silent(bench: Bench, submit: Submit) -> str:
    del submit
    if bench.ended:
        return f"{bench.ended} once 1 job was sent"
    return f"the gateway did not answer: {'; '.join(bench.plain_notes())}; is it up, and is its address right?"


def _key_refused(bench: Bench, submit: Submit) -> str:
    auth = bench.setting.profile.auth
    key = "the key auth.keys.main; is it one that it knows" if auth.mint is None else "a key of auth.mint; does it know"
    rest = "" if auth.mint is None else " such keys"
    return f"the gateway answered {submit.status} to {key}{rest}?"


def _nowhere(bench: Bench, submit: Submit) -> str:
    path = bench.face.service(submit.service).path
    where = "target.http.base_url" if bench.setting.profile.target.http is not None else "target"
    return f"the gateway answered {submit.status} to POST {path}; is its API another one (api), or elsewhere ({where})?"


def _refused(bench: Bench, submit: Submit) -> str:
    del bench
    return f"the gateway answered {submit.status} to a valid submit: {shown(submit.data, 200)}"


def _elsewhere(bench: Bench, submit: Submit) -> str:
    del submit
    profile = bench.setting.profile
    url = UPSTREAM_URL
    if profile.target.http is not None:
        is_new = not profile.upstream.place[1]
        url = bench.upstream_url + "; upstream.listen gives it a port that stays" * is_new
    within = show_duration(profile.reach_within)
    return (
        f"1 job was sent, and the simulator did not see it within {within}; this gateway may be calling a real "
        f"upstream, so nothing more is sent. Point its upstream URL at {url}"
    )


Say = Callable[[Bench, Submit], str]
_ANSWERS: tuple[tuple[Callable[[int], bool], Say], ...] = (
    (lambda status: not status, _silent),
    (ELSEWHERE.__contains__, _nowhere),
    (lambda status: status // 100 != 2, _refused),
    (lambda _: True, _elsewhere),
)


def _asked_wrongly(bench: Bench, exchange: Exchange) -> str:
    """What came to the simulator in place of the job."""
    name = bench.setting.profile.upstream.dialect
    asked = f"{exchange.method} {printable(exchange.path)[:WIDTH]}"
    if exchange.status in REFUSALS:
        return _upstream_key(bench, exchange)
    if not exchange.operation:
        return f"the gateway called {asked}, which the dialect {name} does not have; {_meant(exchange, name)}"
    return (
        f"the gateway called {asked} without the job's prompt, so the simulator cannot tell whose job it is; the "
        "prompt has to reach the upstream as it was sent"
    )


def _upstream_key(bench: Bench, exchange: Exchange) -> str:
    if exchange.key in bench.caller.fingerprints():
        return "the gateway hands its client's key on to the upstream, which wants the gateway's own, {upstream_key}"
    taken = "it takes upstream.key alone" if bench.setting.profile.upstream.keys else "it takes any bearer key"
    return f"the simulator refused the gateway's key: {taken}; hand {{upstream_key}} to the gateway, in the target"


def _meant(exchange: Exchange, name: str) -> str:
    """The dialect that has such an operation, or what to take from the upstream's URL."""
    for other, dialect in DIALECTS.items():
        if any(_fits(operation, exchange.method, exchange.path, "") for operation in dialect.operations):
            return f"did you mean upstream.dialect: {other}?"
    mine: Dialect = DIALECTS[name]
    for operation in mine.operations:
        if _fits(operation, exchange.method, exchange.path, ".+"):
            return f"it has {operation.method} {operation.path}: does its upstream URL hold a path too much?"
    found = nearest(exchange.method, exchange.path, {"": mine})[0][1]
    return f"the nearest that it has is {found.method} {found.path}"


def _fits(operation: Operation, method: str, path: str, before: str) -> bool:
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(operation.path))
    return operation.method == method and re.fullmatch(before + pattern, path) is not None
