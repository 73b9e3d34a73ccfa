"""UP: golden histories."""

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import (
    HANG,
    REQUEST,
    a_history,
    asked,
    made,
    ns,
    poll,
    read,
    refused,
    submit,
    upstream,
    without,
)

from veocontracts.history import History

ONE = "one upstream submit"
PROMPT = f"prompt {REQUEST['prompt']!r}"
OWN = "an id that the upstream gave out"
STOP = "no poll after a terminal answer"


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
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
