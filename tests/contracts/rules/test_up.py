"""UP: golden histories."""

from typing import Any

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import (
    DEFAULTS,
    HANG,
    REQUEST,
    a_history,
    asked,
    ledger,
    made,
    ns,
    poll,
    read,
    refused,
    submit,
    upstream,
    without,
)

from veocontracts.events import Event
from veocontracts.history import History

ONE = "one upstream submit"
PROMPT = f"prompt {REQUEST['prompt']!r}"
OWN = "an id that the upstream gave out"
STOP = "no poll after a terminal answer"
NO_JOB = "no job upstream"
ALTHOUGH = "a job, although the submit was answered with"
OTHER_KEY = "another key, or none"
BARE = without(*DEFAULTS)


def turned_away(status: int, *upstreams: Event, intent: str = "enum", **more: Any) -> History:
    """A submit that got no job, and what the upstream got."""
    return a_history(submit(status=status, intent=intent, **more), *upstreams)


def sent(request: object) -> History:
    """A valid job, and what the upstream got."""
    return a_history(submit(), upstream(request=request))


CASES = (
    good("UP-01", "502 after accept, sent once", a_history(submit(), upstream(status=502))),
    good("UP-01", "hang after accept, sent once", a_history(submit(), upstream(status=None, fault=HANG))),
    good(
        "UP-01",
        "told to come again, then 502 after accept",
        a_history(submit(), upstream(status=429, made=False), upstream(at=9, status=502)),
    ),
    bad(
        "UP-01",
        "after 502",
        a_history(submit(), upstream(status=502), upstream(at=2)),
        broken(ONE, "2 submits; the second one came after HTTP 502", ns(2)),
    ),
    bad(
        "UP-01",
        "after a hang",
        a_history(submit(), upstream(status=None, fault=HANG), upstream(at=61), upstream(at=121)),
        broken(ONE, "3 submits; the second one came after break: hang", ns(61)),
    ),
    bad(
        "UP-01",
        "after a reset",
        a_history(submit(), upstream(status=None, fault="break: reset", made=False), upstream(at=2)),
        broken(ONE, "2 submits; the second one came after break: reset", ns(2)),
    ),
    bad(
        "UP-01",
        "after a plain 503",
        a_history(submit(), upstream(status=503, made=False), upstream(at=2)),
        broken(ONE, "2 submits; the second one came after HTTP 503", ns(2)),
    ),
    bad(
        "UP-01",
        "after it was taken on",
        a_history(submit(), upstream(), upstream(at=2)),
        broken(ONE, "2 submits; the second one came after HTTP 200", ns(2)),
    ),
    bad(
        "UP-01",
        "again in other words",
        a_history(submit(), upstream(), upstream("nobody", at=9, request={"prompt": "a meadow"})),
        broken(
            "one upstream job for each accepted job",
            "one more, with a prompt that no client sent: 'a meadow'",
            ns(9),
            subject="nobody",
        ),
    ),
    bad(
        "UP-01",
        "in other words, for a submit that was answered with 404",
        turned_away(404, upstream("nobody", request={"prompt": "a meadow"}), intent="valid"),
        broken(
            "one upstream job for each accepted job",
            "one more, with a prompt that no client sent: 'a meadow'",
            ns(1),
            subject="nobody",
        ),
    ),
    bad(
        "UP-06",
        "in other words, for a request that a failed job refuses",
        a_history(refused(202), upstream("nobody"), read("failed", at=1), ledger(at=40), read("failed", at=41)),
        broken(NO_JOB, f"{ALTHOUGH} 202", ns(1), grain="rejected"),
    ),
    none("UP-01", "in other words, which is for UP-03", a_history(submit(), upstream("nobody"))),
    none("UP-01", "for a refused request, which is for UP-06", turned_away(400, upstream("nobody"))),
    none("UP-01", "one submit, answered", a_history(*made())),
    none(
        "UP-01",
        "503 that says when to come again",
        a_history(submit(), upstream(status=503, made=False, retry_after=3), upstream(at=5)),
    ),
    good("UP-03", "unchanged", sent(dict(REQUEST))),
    good("UP-03", "defaults added", sent(asked(seed=7))),
    good("UP-03", "no prompt", a_history(submit(request=without("prompt")), upstream(request=without("prompt")))),
    good(
        "UP-03",
        "twice",
        a_history(submit(), upstream(status=429, made=False), upstream(at=5)),
        kept(),
        kept(),
    ),
    bad(
        "UP-03",
        "trimmed",
        a_history(submit(request=asked(prompt=" a boat ")), upstream(request=asked(prompt="a boat"))),
        broken("prompt ' a boat '", "prompt 'a boat'", ns(1)),
    ),
    bad("UP-03", "lost", sent(without("prompt")), broken(PROMPT, "prompt None", ns(1))),
    bad("UP-03", "no object", sent("prompt"), broken(PROMPT, "prompt None", ns(1))),
    bad(
        "UP-03",
        "a prompt made up",
        a_history(submit(request=without("prompt")), upstream()),
        broken("prompt None", PROMPT, ns(1)),
    ),
    bad(
        "UP-03",
        "an image cut",
        a_history(submit(request=asked(image="A" * 200)), upstream(request=asked(image="A" * 150))),
        broken(
            f"image '{'A' * 99}… (202 characters)",
            f"image '{'A' * 99}… (152 characters)",
            ns(1),
        ),
    ),
    bad(
        "UP-03",
        "changed so that nothing ties it",
        a_history(submit(), upstream("nobody", request={"prompt": "a boat"})),
        broken(f"{PROMPT}, image None", "prompt 'a boat', image None", ns(1)),
    ),
    none("UP-03", "never sent", a_history(submit())),
    none("UP-03", "a wrong request", a_history(refused(), upstream(request={}))),
    good("UP-04", "left out", a_history(submit(request=BARE), upstream(request=BARE))),
    good("UP-04", "sent as the defaults", a_history(submit(request=BARE), upstream())),
    good(
        "UP-04",
        "one left out, one sent",
        a_history(submit(request=BARE), upstream(request=BARE | {"model": "veo (Audio)"})),
    ),
    good("UP-04", "no object upstream", a_history(submit(request=BARE), upstream(request="prompt"))),
    bad(
        "UP-04",
        "another value",
        a_history(submit(request=BARE), upstream(request=BARE | {"duration": "8s"})),
        broken("duration left out or '4s'", "duration '8s'", ns(1)),
    ),
    bad(
        "UP-04",
        "null for one and a number for another",
        a_history(submit(request=without("model", "duration")), upstream(request=asked(model=None, duration=4))),
        broken("model left out or 'veo (Audio)', duration left out or '4s'", "model None, duration 4", ns(1)),
    ),
    none("UP-04", "nothing left out", a_history(*made())),
    none("UP-04", "never sent", a_history(submit(request=BARE))),
    none("UP-04", "a wrong request", a_history(refused(value=4, status=202), upstream(request=BARE))),
    none("UP-04", "not even an object", a_history(submit(request="[]"), upstream())),
    good("UP-05", "nothing after the end", a_history(*made())),
    good(
        "UP-05", "nothing after a failure", a_history(submit(), upstream(), poll("error", at=9), read("failed", at=10))
    ),
    bad(
        "UP-05",
        "one poll too many",
        a_history(submit(), upstream(ready=30), poll("success", at=31), poll("success", at=36)),
        broken(STOP, "1 more poll after 'success'", ns(36)),
    ),
    bad(
        "UP-05",
        "polls without end",
        a_history(submit(), upstream(), *(poll("error", at=at) for at in (9, 14, 19))),
        broken(STOP, "2 more polls after 'error'", ns(14)),
    ),
    none(
        "UP-05",
        "one poll too many, where time is pressed and an answer may be given up",
        a_history(submit(), upstream(ready=30), poll("success", at=31), poll("success", at=36), tolerance=ns(30)),
    ),
    bad(
        "UP-05",
        "polls without end, where time is pressed",
        a_history(submit(), upstream(), *(poll("error", at=at) for at in (9, 14, 19)), tolerance=ns(30)),
        broken(STOP, "2 more polls after 'error'", ns(14)),
    ),
    bad(
        "UP-05",
        "an id of its own",
        a_history(submit(), upstream(), poll(at=9, status=404, label="nobody", known=False)),
        broken(OWN, "'up of nobody'", ns(9), subject="nobody"),
    ),
    none("UP-05", "never ended", a_history(submit(), upstream(), poll(at=9), poll(at=14, status=503))),
    none(
        "UP-05",
        "not watched for as long as a poll may take",
        a_history(submit(), upstream(), poll("error", at=9), read("failed", at=39), poll_gap=ns(30)),
    ),
    good("UP-06", "400", turned_away(400), kept(grain="rejected")),
    good(
        "UP-06",
        "422, sent on and refused there",
        turned_away(422, upstream(status=400, made=False)),
        kept(grain="rejected"),
    ),
    good(
        "UP-06",
        "accepted, then failed and unmade",
        a_history(refused(202), upstream(status=400, made=False), read("failed", at=2), read("failed", at=40)),
        kept(grain="rejected"),
    ),
    good("UP-06", "no key", turned_away(401, key="none"), kept(grain="unauthorised")),
    good("UP-06", "a key without the service", turned_away(403, key="unentitled"), kept(grain="unauthorised")),
    good("UP-06", "one too many", turned_away(429, intent="burst"), kept(grain="rate-limited")),
    good(
        "UP-06",
        "a job of nobody's that may be the accepted one's",
        a_history(submit(status=429), submit("job#2", at=1), upstream("nobody", at=2, ready=30)),
        kept(grain="rate-limited"),
    ),
    bad(
        "UP-06",
        "made for a 400",
        turned_away(400, upstream(ready=30)),
        broken(NO_JOB, f"{ALTHOUGH} 400", ns(1), grain="rejected"),
    ),
    bad(
        "UP-06",
        "made for a 403",
        turned_away(403, upstream(status=400, made=False), upstream(at=2, ready=30), key="unentitled"),
        broken(NO_JOB, f"{ALTHOUGH} 403", ns(2), grain="unauthorised"),
    ),
    bad(
        "UP-06",
        "made for a 429",
        turned_away(429, upstream(ready=30)),
        broken(NO_JOB, f"{ALTHOUGH} 429", ns(1), grain="rate-limited"),
    ),
    bad(
        "UP-06",
        "made without its marker",
        a_history(submit(status=400), submit("job#2", at=1), *(upstream("nobody", at=at, ready=30) for at in (2, 3))),
        broken(NO_JOB, f"{ALTHOUGH} 400", ns(3), grain="rejected"),
    ),
    none("UP-06", "accepted", a_history(*made())),
    none("UP-06", "another error", turned_away(500, upstream(ready=30))),
    none("UP-06", "no answer", a_history(submit(status=None), upstream(ready=30))),
    good("UP-09", "no key", a_history(*made())),
    good("UP-09", "a submit that was refused", a_history(submit(), upstream(status=401, made=False))),
    bad(
        "UP-09",
        "the client's own key at the submit",
        a_history(submit(), upstream(key="main"), poll(at=6, key="main")),
        broken(OTHER_KEY, "the key 'main' came with a submit", ns(1)),
    ),
    bad(
        "UP-09",
        "another client's key at a poll",
        a_history(submit(), upstream(), poll(at=6), poll(at=11, key="other")),
        broken(OTHER_KEY, "the key 'other' came with a poll", ns(11)),
    ),
    none("UP-09", "nothing came", a_history(submit())),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
