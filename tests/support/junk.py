"""Histories of clients, upstreams and gateways that say anything at all, as Hypothesis strategies."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from tests.support.stories import (
    BEGAN,
    CREATED,
    ERROR,
    REQUEST,
    TERMS,
    a_history,
    charge_of,
    ledger,
    lost,
    made,
    read,
    refused,
    submit,
    upstream,
)

from veocontracts.events import (
    Call,
    Entry,
    Event,
    LedgerRead,
    Read,
    Restart,
    Shown,
    Submit,
    Told,
    UpstreamCallback,
    UpstreamPoll,
    UpstreamSubmit,
    Webhook,
)
from veocontracts.history import History
from veocontracts.terms import SECOND

NAMES = ("job", "id", "status", "service", "created_at", "video_url", "duration_seconds", "model", "duration", "prompt")
"""Keys and words that rules look for, so that nonsense has the right shape often enough."""
WORDS = (
    *(
        "success",
        "error",
        "queued",
        "processing",
        "completed",
        "failed",
        "4s",
        "6.0",
        CREATED,
        "NaN",
        "sNaN",
        "-Infinity",
    ),
    *(
        "1E+999999999",
        "",
        "\x1b[31mred",
        "\u202e",
        "\ud800",
        "\uff12\uff10\uff12\uff16-05-04T09:00:00Z",
        "9999-99-99T99:99:99Z",
    ),
)
NUMBERS = (
    *(0, -1, 4, 6, 10**4000, True, False, float("nan"), float("inf")),
    *(Decimal("4.0"), Decimal("6.0"), Decimal("6.000000000000001"), Decimal("-0.0"), Decimal("1E+999999999")),
    *(Decimal("9E+999999999999999999"), Decimal("1E-999999999999999999"), Decimal("0E+99999999")),
)
LABELS = st.sampled_from(("job#1", "job#2", "nobody"))
KEYS = st.sampled_from(("main", "other", "none", "unknown", "unentitled"))
TIMES = st.sampled_from((0, 1, 30, 540, 599, 600, 601, 631, 700)).map(lambda second: second * SECOND)
STATUSES = st.sampled_from((None, 0, 200, 202, 204, 302, 400, 401, 404, 422, 429, 500, 502, 503, 999))
FAULTS = st.sampled_from(("", "", "break: hang", "respond"))

scalars = st.one_of(st.none(), st.sampled_from(WORDS), st.sampled_from(NUMBERS), st.text(max_size=5))
junk: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(max_size=3)), inner)
    ),
    max_leaves=8,
)
ids = st.one_of(st.none(), st.sampled_from(("a", "b", "", "\x1b[2J")))


@st.composite
def submits(draw: st.DrawFn, label: str) -> Submit:
    """A submit: the request is the suite's own, the answer is anybody's."""
    intent = draw(st.sampled_from(("valid", "valid", "enum", "type", "required", "burst", "burst-other", "key")))
    at, status = draw(TIMES), draw(STATUSES)
    job = {"id": draw(junk), "created_at": draw(junk), "service": draw(junk), "status": draw(junk)}
    return Submit(
        at=at,
        label=label,
        key=draw(KEYS),
        service="media-video-from-text",
        request=draw(st.sampled_from((REQUEST, {}))) if intent == "valid" else draw(junk),
        intent=intent,
        about=draw(st.sampled_from(("duration", "model"))),
        answered_at=None if status is None else at,
        status=status,
        data=draw(st.one_of(junk, st.just({"job": job}))),
        job_id=draw(ids),
        wall=draw(st.sampled_from((None, BEGAN))),
    )


@st.composite
def shown(draw: st.DrawFn) -> Shown:
    """A job as any gateway may show it."""
    word = draw(st.one_of(junk, st.sampled_from(("queued", "processing", "completed", "failed"))))
    fields = ("id", "service", "created_at", "completed_at", "result", "units", "cost", "error")
    return Shown(state=TERMS.state_of(word), word=word, **{field: draw(junk) for field in fields})


reads = st.builds(
    Read,
    at=TIMES,
    label=LABELS,
    key=KEYS,
    intent=st.sampled_from(("valid", "valid", "unknown-id", "key")),
    answered_at=st.one_of(st.none(), TIMES),
    status=STATUSES,
    data=junk,
    shown=st.one_of(st.none(), shown()),
    wall=st.sampled_from((None, BEGAN)),
)
tolds = st.builds(
    Told,
    state=st.sampled_from(("running", "success", "error", "")),
    word=junk,
    video_url=junk,
    duration=junk,
    message=junk,
)
upstream_submits = st.builds(
    UpstreamSubmit,
    at=TIMES,
    label=LABELS,
    service=st.just("from-text"),
    request=junk,
    status=STATUSES,
    job=st.sampled_from((None, "up")),
    outcome=st.sampled_from(("", "succeed", "fail")),
    ready_at=st.one_of(st.none(), TIMES),
    fault=FAULTS,
    answered_at=st.one_of(st.none(), TIMES),
    retry_after=st.one_of(st.none(), TIMES),
    data=junk,
    told=tolds,
    problems=st.sampled_from(((), ("a problem",))),
)
polls = st.builds(
    UpstreamPoll,
    at=TIMES,
    label=LABELS,
    job=st.sampled_from(("up", "", "\x1b[1m")),
    known=st.booleans(),
    status=STATUSES,
    data=st.one_of(junk, st.dictionaries(st.just("status"), st.sampled_from(("success", "error")), min_size=1)),
    fault=FAULTS,
    told=tolds,
)
callbacks = st.builds(
    UpstreamCallback, at=TIMES, label=LABELS, job=st.just("up"), told=tolds, signed=st.booleans(), status=STATUSES
)
webhooks = st.builds(
    Webhook,
    at=TIMES,
    label=LABELS,
    event_id=junk,
    job_id=ids,
    state=st.sampled_from(("completed", "failed", "")),
    units=junk,
    cost=junk,
    data=junk,
)
calls = st.builds(
    Call,
    at=TIMES,
    label=LABELS,
    key=KEYS,
    operation=st.just("POST /v1/proxy/upload-media"),
    intent=st.sampled_from(("upload", "upload-put", "positive", "negative", "malformed")),
    request=junk,
    status=STATUSES,
    data=junk,
    problems=st.sampled_from(((), ("a problem",))),
)
restarts = st.builds(Restart, at=TIMES, ready_at=TIMES)
entries = st.builds(Entry, job_id=st.one_of(ids, junk), amount=junk, units=junk)
ledgers = st.builds(LedgerRead, at=TIMES, key=KEYS, entries=st.lists(entries, max_size=3).map(tuple))


@st.composite
def wild(draw: st.DrawFn) -> History:
    """One or two submits, and anything that three sides may say about them."""
    events: list[Event] = [draw(submits("job#1"))]
    if draw(st.booleans()):
        events.append(draw(submits("job#2")))
    seen = st.one_of(reads, upstream_submits, polls, ledgers, callbacks, webhooks, calls, restarts)
    events += draw(st.lists(seen, max_size=8))
    return History(TERMS, "junk", tuple(sorted(events, key=lambda event: event.at)))


GOOD = (
    a_history(*made(), *made("job#2", at=1), ledger(charge_of(6), at=10), ledger(charge_of(6), at=90)),
    a_history(refused(), refused(label="job#2", at=1, intent="type"), ledger(charge_of(6, None), at=30)),
    a_history(submit(), upstream(ready="600.1"), read("failed", at=602), ledger(charge_of(0), at=640)),
    a_history(submit(), upstream(made=False, data=ERROR), read("processing", at=5), read("failed", at=9)),
    a_history(submit(intent="enum", about="model"), upstream(ready=30), read("completed", at=40)),
    lost(read("processing", at=599), read("failed", at=601), read("failed", at=700)),
)
"""Histories in which many occasions arise; bent, they reach further into rules than wild ones."""


@st.composite
def bent(draw: st.DrawFn) -> History:
    """A good history in which the gateway or the upstream says something odd in a few places."""
    history = draw(st.sampled_from(GOOD))
    events = list(history.events)
    for place in draw(st.lists(st.integers(0, len(events) - 1), min_size=1, max_size=4)):
        events[place] = _bend(draw, events[place])
    return History(TERMS, "junk", tuple(events))


def _bend(draw: st.DrawFn, event: Event) -> Event:
    odd = draw(st.one_of(junk, st.sampled_from(NUMBERS)))
    if isinstance(event, LedgerRead):
        field = draw(st.sampled_from(("job_id", "amount", "units")))
        return replace(event, entries=tuple(replace(entry, **{field: odd}) for entry in event.entries or ()))
    if isinstance(event, Read) and event.shown is not None:
        field = draw(st.sampled_from(("units", "cost", "result", "created_at", "completed_at", "id", "error", "word")))
        state = TERMS.state_of(odd) if field == "word" else event.shown.state
        return replace(event, shown=replace(event.shown, state=state, **{field: odd}))
    if isinstance(event, UpstreamSubmit) and draw(st.booleans()):
        return replace(event, request=odd)
    if isinstance(event, UpstreamCallback | Restart):
        return event
    name = draw(st.sampled_from(NAMES))
    data = event.data if isinstance(event.data, dict) else {}
    return replace(event, data=draw(st.sampled_from((odd, {**data, name: odd}))))


histories = st.one_of(bent(), wild())
