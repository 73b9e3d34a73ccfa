"""What a failure looks like: equal where one defect shows again, different where another one does."""

from dataclasses import replace

import pytest
from tests.support.lines import BROKEN, broke

from veocontracts.rules import Observation
from veocontracts.signature import LENGTH, LETTERS, alike, off, signature_of


@pytest.mark.parametrize(
    ("text", "made_alike"),
    [
        ("1 charge of 6.0", "# charge of #"),
        ("2 charges of 6.00, 6.00", "# charges of #, …"),
        ("3 charges of 9.0, 9.0, 9", "# charges of #, …"),
        ("6 * 1.50 = 9.00", "# * # = #"),
        ("still processing at 601.5 s", "still processing at # s"),
        ("7e3, -5", "#, …"),
        ("the id of job#12", "the id of job#"),
        ("created_at '2026-04-27T10:30:00Z' as in the 202", "created_at '<time>' as in the #"),
        ("not after 2026-04-27T10:30:00.125+00:00", "not after <time>"),
        ("video_url 'http://127.0.0.1:40001/v/1.mp4'", "video_url '<url>'"),
        ("id 'b4b0c2a4-1111-4aaa-8aaa-123412341234'", "id '<id>'"),
        ("submitted as task_Ab12Cd34Ef, i2v-0011aabb", "submitted as <id>, <id>"),
        ("prompt 'Paper experience walk. mk-ie9t9e4lnx', image None", "prompt <text>, image None"),
        ("prompt 'of two words, mk-ie9t9e4lnx'", "prompt 'of two words, <id>'"),
        ('prompt "it\'s a prompt, long enough to be one"', "prompt <text>"),
        ("200 {'units': Decimal('6.0'), 'note': 'cut off he", "200 {'units': #, 'note': <text>"),
        ("ends with '", "ends with <text>"),
        ("image 'iVBORw0KGgo/AAAANSUhEU+Ug=='", "image '<id>'"),
        ("image 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUg'", "image <text>"),
    ],
)
def test_what_varies_is_alike(text: str, made_alike: str) -> None:
    """Amounts, counts, times, labels, ids, addresses and texts that were drawn."""
    assert alike(text) == made_alike


@pytest.mark.parametrize(
    "text",
    [
        "failed, unbilled",
        "500",
        "HTTP 202, then completed",
        "409 {'error': 'taken'}",
        "answered with 429",
        "duration '4S' refused",
        "model 'veo fast (Audio)'",
        "service 'media-video-from-text'",
        "the upstream's result: aspect_ratio '16:9', resolution '1080P'",
        "jobs' ledger 'main'",
        "resolution '1080' refused",
        "cost '6.0' (units '4')",
        "error 'content_policy_violation: refused'",
        "",
    ],
)
def test_what_tells_failures_apart_stays(text: str) -> None:
    """Words, states, HTTP statuses and short values."""
    assert alike(text) == text


@pytest.mark.parametrize(
    ("text", "made_alike"),
    [
        ("120 of 130 were accepted", "# of # were accepted"),
        ("500 s late", "# s late"),
        ("at 404 s", "at # s"),
        ("365.0 units", "# units"),
        ("365", "365"),
        ("with 404.", "with 404."),
    ],
)
def test_a_count_is_not_taken_for_a_status(text: str, made_alike: str) -> None:
    """A number of three digits is a status only where one stands."""
    assert alike(text) == made_alike


def test_a_signature_is_a_word_of_its_own() -> None:
    """Neither YAML nor a reader takes it for a number or a word."""
    signature = signature_of(BROKEN)
    assert len(signature) == LENGTH
    assert set(signature) <= set(LETTERS)
    assert not set(LETTERS) & set("aeiou0123456789")


def test_a_signature_is_what_is_written_in_files() -> None:
    """It stays what it is from version to version: a change here turns people's builds red."""
    seen = Observation("job#1", False, "", "failed, unbilled", "failed, 1 charge of 6.0")
    assert signature_of(seen) == "kmfsdsmd"


def test_one_defect_has_one_signature() -> None:
    """Whatever job it hit, when, and at what price."""
    first = broke("failed, 1 charge of 6.0")
    again = replace(first, subject="job#9", at=77, actual="failed, 1 charge of 12.0")
    assert signature_of(first) == signature_of(again)


@pytest.mark.parametrize(
    "other",
    [
        broke("failed, 2 charges of 6.0, 6.0"),
        broke("completed, 1 charge of 6.0"),
        replace(broke("failed, 1 charge of 6.0"), expected="that"),
        broke("HTTP 500"),
        broke("HTTP 502"),
    ],
)
def test_another_defect_has_another_signature(other: Observation) -> None:
    """What was expected and what came both count."""
    assert signature_of(other) != signature_of(broke("failed, 1 charge of 6.0"))


def test_what_was_expected_is_not_what_came() -> None:
    """A text that moves from one to the other is another failure."""
    assert signature_of(Observation("job#1", False, "", "ab", "c")) != signature_of(
        Observation("job#1", False, "", "a", "bc")
    )


@pytest.mark.parametrize(
    ("expected", "actual", "how_far"),
    [
        ("failed between 600 s and 601 s", "failed at 598 s", ("too little", "within 1 %")),
        ("failed between 600 s and 601 s", "failed at 30 s", ("too little", "beyond")),
        ("4.0 * 1.50 = 6.000", "6.000000001", ("too much", "within 1 %")),
        ("4.0 * 1.50 = 6.000", "6.5", ("too much", "within 10 %")),
        ("4.0 * 1.50 = 6.000", "60", ("too much", "up to 10 times")),
        ("4.0 * 1.50 = 6.000", "0", ("too little", "beyond")),
        ("4.0 * 1.50 = 6.000", "-6.0", ("too little", "beyond")),
        ("4.0 * 1.50 = 6.000", "6", ("equal",)),
        ("one charge of 6.0", "2 charges of 6, 6", ("too much", "up to 2 times")),
        ("one charge of 6.0", "50 charges of 6, 6", ("too much", "beyond")),
        ("one upstream submit", "2 submits; the second one came after HTTP 502", ("too much", "up to 2 times")),
        ("one upstream submit", "9 submits; the second one came after HTTP 502", ("too much", "up to 10 times")),
        ("failed, unbilled", "failed, 1 charge of 6.0", ()),
        ("one charge", "none", ()),
        ("duration 4 refused: 400 or 422", "HTTP 202, then completed, the job shows cost 6.0", ()),
        ("duration '8s'", "duration '4s'", ()),
    ],
)
def test_how_far_off_a_number_is(expected: str, actual: str, how_far: tuple[str, ...]) -> None:
    """The side and the rough factor, where a number was expected and one came."""
    assert off(expected, actual) == how_far


@pytest.mark.parametrize(
    ("expected", "known", "worse"),
    [
        ("failed between 600 s and 601 s", "failed at 598 s", "failed at 30 s"),
        ("4.0 * 1.50 = 6.000", "6.000000001", "60"),
        ("4.0 * 1.50 = 6.000", "6.000000001", "0"),
        ("one charge of 6.0", "2 charges of 6, 6", "50 charges of 6, 6"),
        ("one upstream submit", "2 submits", "9 submits"),
        ("resolution '720P'", "resolution '1080'", "resolution '72'"),
    ],
)
def test_a_far_worse_failure_is_another_one(expected: str, known: str, worse: str) -> None:
    """An entry for a small deviation does not excuse a large one."""
    first, second = (signature_of(Observation("job#1", False, "", expected, actual)) for actual in (known, worse))
    assert first != second
