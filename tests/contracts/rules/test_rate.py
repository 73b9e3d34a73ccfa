"""RATE: golden histories, with a limit of 2 a minute so that a burst is six submits."""

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import a_history, ns, submit

from veocontracts.events import Event, Submit
from veocontracts.history import History


def burst(*answers: int | None, every: float = 1) -> list[Submit]:
    """Submits of one key in quick succession, and how they were answered."""
    return [
        submit(f"job#{place}", at=every * (place - 1), status=status, intent="burst")
        for place, status in enumerate(answers, 1)
    ]


def limited(*answers: int | None, every: float = 1) -> History:
    """A burst under a limit of two."""
    return a_history(*burst(*answers, every=every), submits_per_minute=2)


def then(intent: str, at: float, status: int | None, *answers: int) -> History:
    """A burst, and one more submit."""
    more: Event = submit("job#7", at=at, status=status, intent=intent, key="main" if "after" in intent else "other")
    return a_history(*burst(*(answers or (202, 202, 429, 429, 429, 429))), more, submits_per_minute=2)


def told(*waits: str | None, at: float | None = None, status: int | None = 202) -> History:
    """Submits that got 429 with such a Retry-After, and one more submit."""
    limits: list[Event] = [
        submit(
            f"job#{place}", at=place, status=429, intent="burst", headers={} if wait is None else {"retry-after": wait}
        )
        for place, wait in enumerate(waits, 1)
    ]
    again = [] if at is None else [submit("job#9", at=at, status=status, intent="burst-retry")]
    return a_history(submit(intent="burst"), *limits, *again)


def twice(first: tuple[int, ...], second: tuple[int, ...], at: float = 90, every: float = 0) -> History:
    """A burst, and another one by a second key."""
    again = [
        submit(f"job#{place}", at=at + every * (place - 7), status=status, intent="burst-again", key="again")
        for place, status in enumerate(second, 7)
    ]
    return a_history(*burst(*first, every=every), *again, submits_per_minute=2)


THREE, TWO = (202, 202, 202, 429, 429, 429), (202, 202, 429, 429, 429, 429)
IN_TIME = "accepted after the 30 s that the 429 named"
CASES = (
    good("RATE-01", "the limit and no more", limited(202, 202, 429, 429, 429, 429)),
    good("RATE-01", "two fixed windows", limited(202, 202, 429, 202, 202, 429)),
    good("RATE-01", "a window to the nanosecond", limited(202, 202, 429, 429, 429, 429, every=12)),
    bad(
        "RATE-01",
        "less than the limit",
        limited(202, 429, 429, 429, 429, 429),
        broken("the first 2 accepted", "submit 2 of the minute was answered with 429", ns(1), subject="job#2"),
    ),
    bad(
        "RATE-01",
        "more than twice the limit",
        limited(202, 202, 202, 202, 202, 429),
        broken("at most 4 accepted", "5 of 6 were accepted", ns(5), subject="job#6"),
    ),
    good("RATE-01", "one burst over the end of a fixed window", twice(THREE, (202, 202, 429, 429))),
    good("RATE-01", "the other burst over the end of one", twice(TWO, (202, 202, 202, 429))),
    good("RATE-01", "three in both, at one time of the window", twice(THREE, (202, 202, 202, 429), at=120, every=1)),
    good("RATE-01", "a bucket that refills", twice(THREE, (202, 202, 202, 429), every=6)),
    good("RATE-01", "too few to tell", twice(THREE, (202, 202, 202))),
    bad(
        "RATE-01",
        "three in both",
        twice(THREE, (202, 202, 202, 429)),
        broken(
            "at most 2 accepted in one of two bursts half a window apart",
            "3 and 3 were accepted",
            ns(90),
            subject="job#10",
        ),
    ),
    bad(
        "RATE-01",
        "503 for the rest",
        limited(202, 202, 429, 503, 429, 429),
        broken("429", "503", ns(3), subject="job#4"),
    ),
    bad(
        "RATE-01",
        "no answer to the rest",
        limited(202, 202, None, 429, 429, 429),
        broken("429", "None", subject="job#3"),
    ),
    none("RATE-01", "too few submits", limited(202, 202, 202, 202, 202)),
    none("RATE-01", "more than a minute", limited(202, 202, 202, 202, 202, 202, every=12.1)),
    none("RATE-01", "no burst", a_history(submit())),
    good("RATE-02", "another key is served", then("burst-other", 6, 202), kept("job#7")),
    bad(
        "RATE-02",
        "a limit for all",
        then("burst-other", 6, 429),
        broken("accepted", "429", ns(6), subject="job#7"),
    ),
    none("RATE-02", "nobody was limited", then("burst-other", 6, 202, *(202,) * 6)),
    none("RATE-02", "a window later", then("burst-other", 65, 429)),
    good("RATE-03", "served again", then("burst-after", 65, 202), kept("job#7")),
    bad("RATE-03", "never again", then("burst-after", 65, 429), broken("accepted", "429", ns(65), subject="job#7")),
    bad("RATE-03", "no answer", then("burst-after", 65, None), broken("accepted", "None", subject="job#7")),
    none("RATE-03", "nobody was limited", then("burst-after", 65, 202, *(202,) * 6)),
    none("RATE-03", "before the window has passed", then("burst-after", 64.9, 429)),
    good("RATE-04", "served as soon as it said", told("7", "30", at=32), kept("job#9")),
    good("RATE-04", "served later", told("30", at=90), kept("job#9")),
    bad("RATE-04", "none", told("30", None, at=90), broken("Retry-After", "none", ns(2), subject="job#2")),
    bad("RATE-04", "no time", told("soon"), broken("Retry-After", "'soon'", ns(1))),
    bad("RATE-04", "a time of no clock", told("30.5", at=90), broken("Retry-After", "'30.5'", ns(1))),
    bad("RATE-04", "too long to be meant", told("99999"), broken("Retry-After", "'99999'", ns(1))),
    bad("RATE-04", "not served", told("30", at=31, status=429), broken(IN_TIME, "429", ns(31), subject="job#9")),
    bad("RATE-04", "not answered", told("30", at=31, status=None), broken(IN_TIME, "None", subject="job#9")),
    none("RATE-04", "nobody was limited", told()),
    none("RATE-04", "a date, which no virtual clock knows", told("Mon, 04 May 2026 09:01:00 GMT")),
    none("RATE-04", "asked again too soon", told("30", at=30.9, status=429)),
    none("RATE-04", "nobody came again", told("30")),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
