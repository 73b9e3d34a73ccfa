"""LIFE-06 to LIFE-08: golden histories of what keeps jobs apart."""

from dataclasses import replace
from typing import Any

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import (
    IMAGE,
    TEXT,
    VIDEO,
    a_history,
    asked,
    called_back,
    made,
    ns,
    poll,
    read,
    read_in_vain,
    refused,
    submit,
    upstream,
)

from veocontracts.history import History

HIDDEN = "403 or 404"
OTHER = {**VIDEO, "video_url": "https://videos.example/kite.mp4", "resolution": "512P"}
OWN = (
    f"its own: video_url {VIDEO['video_url']!r}, duration_seconds Decimal('4.0'), model 'veo (Audio)', "
    "resolution '1080P', aspect_ratio '16:9'"
)


def by_another(status: int | None, *, at: float = 20) -> History:
    """A job that its owner saw, and then a read of it with another key."""
    shown = read("processing", at=9)
    return a_history(submit(), shown, read_in_vain(status, at=at, key="other", intent="foreign"))


def visible(word: str) -> History:
    """A job that another key sees."""
    seen = replace(read(word, at=20), key="other", intent="foreign")
    return a_history(submit(), read("processing", at=9), seen)


def both(first: Any = VIDEO, second: Any = OTHER, *, at: float = 2, word: str = "completed") -> History:
    """Two jobs, of which the upstream made two videos, and the results that they showed in the end."""
    return a_history(
        submit(),
        submit("job#2", at=at, request=asked(resolution="512P")),
        poll("success", at=31),
        poll("success", "job#2", at=at + 20, data=OTHER),
        read(word, at=60, result=first),
        read("completed", "job#2", at=at + 70, result=second),
    )


def crossed(name: str, *, second: Any = OTHER) -> History:
    """The first job shows a value of the second one's video."""
    return both({**VIDEO, name: OTHER[name]}, second)


CASES = (
    good("LIFE-06", "404", by_another(404)),
    good("LIFE-06", "403", by_another(403)),
    bad("LIFE-06", "shown", visible("processing"), broken(HIDDEN, "HTTP 200, running", ns(20))),
    bad("LIFE-06", "shown in other words", visible("hidden"), broken(HIDDEN, "HTTP 200, 'hidden'", ns(20))),
    *(
        bad("LIFE-06", f"{status}", by_another(status), broken(HIDDEN, f"HTTP {status}", ns(20)))
        for status in (204, 500)
    ),
    none("LIFE-06", "read before the owner saw it", by_another(200, at=8)),
    none("LIFE-06", "over the limit", by_another(429)),
    none("LIFE-06", "not answered", by_another(None)),
    none("LIFE-06", "its owner never saw it", a_history(submit(), read_in_vain(200, at=9, intent="foreign"))),
    none("LIFE-06", "its owner cannot see it", a_history(submit(), read_in_vain(404, at=9))),
    good("LIFE-07", "text", a_history(*made())),
    good("LIFE-07", "image", a_history(submit(service=IMAGE), read("queued", at=9, service=IMAGE))),
    bad(
        "LIFE-07",
        "the other one",
        a_history(submit(service=IMAGE), read("queued", at=9)),
        broken(f"service_name {IMAGE!r}", repr(TEXT), ns(9)),
    ),
    bad(
        "LIFE-07",
        "missing at the end",
        a_history(submit(), read("queued", at=9), read("failed", at=19, service=None)),
        broken(f"service_name {TEXT!r}", "None", ns(19)),
    ),
    none("LIFE-07", "never shown", a_history(submit(), read_in_vain(500, at=9))),
    none("LIFE-07", "refused", a_history(refused())),
    good("LIFE-08", "each its own", both(), kept(), kept("job#2")),
    good("LIFE-08", "one beside a failed job", both(None, word="failed"), kept("job#2")),
    good(
        "LIFE-08",
        "told by callbacks",
        a_history(
            *(submit(label) for label in ("job#1", "job#2")),
            called_back("SUCCEEDED", at=31),
            called_back("SUCCEEDED", "job#2", at=32, video_url=OTHER["video_url"]),
            read("completed", at=60),
            read("completed", "job#2", at=60, result={"video_url": OTHER["video_url"], "resolution": "1080P"}),
        ),
        kept(),
        kept("job#2"),
    ),
    bad(
        "LIFE-08",
        "the other one's video",
        crossed("video_url"),
        broken(OWN, f"video_url {OTHER['video_url']!r} of job#2", ns(60)),
        kept("job#2"),
    ),
    bad(
        "LIFE-08",
        "the other one's resolution",
        crossed("resolution"),
        broken(OWN, "resolution '512P' of job#2", ns(60)),
        kept("job#2"),
    ),
    bad(
        "LIFE-08",
        "the other one's video in place of none",
        a_history(
            *(submit(label) for label in ("job#1", "job#2")),
            poll("error", at=31),
            poll("success", "job#2", at=31, data=OTHER),
            read("completed", at=60, result=OTHER),
            read("failed", "job#2", at=60),
        ),
        broken("its own: no result", f"video_url {OTHER['video_url']!r} of job#2", ns(60)),
    ),
    none(
        "LIFE-08", "a video that is nobody's", both({**VIDEO, "video_url": "https://a.example/"}, {"video_url": None})
    ),
    none("LIFE-08", "one after the other", both(at=31)),
    none("LIFE-08", "one job", a_history(*made())),
    none(
        "LIFE-08",
        "sent with other markers",
        a_history(
            *(submit(label) for label in ("job#1", "job#2")),
            upstream("nobody"),
            *(read("completed", label, at=60) for label in ("job#1", "job#2")),
        ),
    ),
    none(
        "LIFE-08",
        "the other one was refused",
        a_history(submit(), refused(label="job#2"), poll("success", at=31), read("completed", at=60, result=OTHER)),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
