"""An explanation as data."""

import pytest

from veosim.explain.explanation import Explanation, Life, Phase, Seen, shown_time
from veosim.job import State
from veosim.units import MILLISECOND, SECOND


@pytest.mark.parametrize(
    ("seen", "label"),
    [
        (Seen(0, 0, 200, "", State.RUNNING), "200 running"),
        (Seen(0, 0, 200, ""), "200"),
        (Seen(0, 0, 503, "respond: 503"), "respond: 503"),
        (Seen(0, 0, 200, "spoil: bad-json"), "200, spoil: bad-json"),
        (Seen(0, 0, None, "break: reset"), "break: reset"),
        (Seen(0, 30 * SECOND, 200, "", State.QUEUED), "200 queued after 30s"),
        (Seen(0, 30 * SECOND, 200, "delay: 30s", State.QUEUED), "200, delay: 30s queued"),
    ],
)
def test_an_exchange_in_words(seen: Seen, label: str) -> None:
    """Status, fault, state and delay, each once."""
    assert seen.label == label


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (5 * SECOND, "5s"),
        (97_321 * MILLISECOND, "97.3s"),
        (250 * MILLISECOND, "0.25s"),
        (120 * SECOND, "120s"),
        (48 * 3600 * SECOND, "48h"),
        (3601 * SECOND, "3601s"),
    ],
)
def test_times_are_short(nanoseconds: int, text: str) -> None:
    """To a tenth of a second, below one to the millisecond; whole hours as such."""
    assert shown_time(nanoseconds) == text


def test_the_data_is_in_seconds() -> None:
    """Every field has its place."""
    life = Life(
        SECOND,
        Seen(0, 0, 200, ""),
        "id-1",
        told=True,
        phases=(Phase(0, State.RUNNING), Phase(1500 * MILLISECOND, State.SUCCEEDED)),
        polls=(Seen(2 * SECOND, SECOND, 200, "", State.SUCCEEDED),),
        result="content_filtered",
        download=Seen(2 * SECOND, 0, 403, ""),
        expires=61 * SECOND,
        callbacks=(Seen(3 * SECOND, 0, None, "sign: bad"),),
        callback_order=(2, 1),
    )
    found = Explanation("x", "About it.", "api-video", 7, 5 * SECOND, (life,), True, (2 * SECOND,), ("a note",))
    assert found.data() == {
        "scenario": "x",
        "about": "About it.",
        "dialect": "api-video",
        "seed": 7,
        "poll_s": 5.0,
        "jobs": [
            {
                "at_s": 1.0,
                "submit": {"at_s": 0.0, "delay_s": 0.0, "status": 200, "fault": "", "state": None},
                "job_id": "id-1",
                "told": True,
                "phases": [{"at_s": 0.0, "state": "running"}, {"at_s": 1.5, "state": "succeeded"}],
                "result": "content_filtered",
                "polls": [{"at_s": 2.0, "delay_s": 1.0, "status": 200, "fault": "", "state": "succeeded"}],
                "download": {"at_s": 2.0, "delay_s": 0.0, "status": 403, "fault": "", "state": None},
                "expires_s": 61.0,
                "callbacks": [{"at_s": 3.0, "delay_s": 0.0, "status": None, "fault": "sign: bad", "state": None}],
                "callback_order": [2, 1],
            }
        ],
        "callback_retries_s": [2.0],
        "notes": ["a note"],
    }
