"""What conditions are made of: numbers, shares, keys; and lists in which an entry is never reached."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from veosim.scenario.conditions import (
    EVERY,
    Numbers,
    Ordinals,
    Share,
    drawn_in,
    key_matches,
    refuse_unreached,
    show_share,
)
from veosim.seeded import fingerprint

ORDINALS = TypeAdapter[Numbers](Ordinals)
SHARE = TypeAdapter[Fraction](Share)


class When(BaseModel):
    """Conditions of any kind."""

    model_config = ConfigDict(frozen=True)

    prompt: str | None = None
    nth: Ordinals | None = None
    share: Share | None = None
    sooner_than: int | None = None


def refusal(adapter: TypeAdapter[Any], value: object) -> dict[str, object]:
    """What is said about a value that is not taken."""
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    (detail,) = caught.value.errors()
    return {key: text for key, text in detail["ctx"].items() if text}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (2, {2}),
        ([2, 3], {2, 3}),
        ("3..", {3, 4, 5, 6, 7, 8, 9}),
        ("2..4", {2, 3, 4}),
        ("4..4", {4}),
        ([1, "3..4", "8.."], {1, 3, 4, 8, 9}),
    ],
)
def test_numbers_are_single_ranges_or_open(written: object, meant: set[int]) -> None:
    """Each form holds its numbers and no other."""
    numbers = ORDINALS.validate_python(written)
    assert {number for number in range(10) if number in numbers} == meant


def test_an_open_range_has_no_end() -> None:
    """However far one counts."""
    assert 10**12 in ORDINALS.validate_python("3..")


NO_NUMBERS: tuple[object, ...] = (0, -1, True, 1.5, "2", "0..3", "..3", "1..2..3", [])
ALLOWED = "a number from 1 on, a range such as 2..4 or 3.., or a list of these"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        *((value, {"problem": f"found {value!r}"}) for value in NO_NUMBERS),
        ("4..2", {"problem": "found '4..2', a range that ends before it begins"}),
        ([1, "x"], {"problem": "found 'x'", "below": (1,)}),
        ([[1]], {"problem": "found [1]", "below": (0,)}),
    ],
)
def test_what_is_no_number_is_refused(written: object, expected: dict[str, object]) -> None:
    """With what is allowed, and with its place in the list."""
    assert refusal(ORDINALS, written) == {"allowed": ALLOWED, **expected}


@pytest.mark.parametrize("written", [2, [2, 3], "3..", [1, "3..4"]])
def test_numbers_are_written_as_they_were_read(written: object) -> None:
    """A scenario that is shown can be read again."""
    assert ORDINALS.dump_python(ORDINALS.validate_python(written)) == written


@pytest.mark.parametrize(
    ("outer", "inner", "covers"),
    [
        ("3..", "4..9", True),
        ("3..", "4..", True),
        ("3..9", "4..", False),
        ("3..", 2, False),
        ([2, "4..6"], [2, 5], True),
        ([2, "4..6"], "2..5", False),
    ],
)
def test_numbers_may_cover_others(outer: object, inner: object, *, covers: bool) -> None:
    """Each span must lie within one of the outer ones."""
    assert ORDINALS.validate_python(outer).covers(ORDINALS.validate_python(inner)) is covers


@pytest.mark.parametrize(
    ("written", "meant"),
    [("5%", Fraction(1, 20)), ("0%", Fraction(0)), ("100%", Fraction(1)), ("0.1%", Fraction(1, 1000))],
)
def test_a_share_is_exact(written: str, meant: Fraction) -> None:
    """No rounding on the way in, and the same text on the way out."""
    share = SHARE.validate_python(written)
    assert (share, show_share(share), SHARE.dump_python(share)) == (meant, written, written)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        (5, "did you mean '5%'?"),
        (0.5, "did you mean '0.5%'?"),
        *((value, None) for value in (101, True, "5", "100.1%", "-1%", "five%", "5 %", None)),
    ],
)
def test_what_is_no_share_is_refused(written: object, hint: str | None) -> None:
    """A bare number with the fix."""
    expected = {"problem": f"found {written!r}", "allowed": "a share from 0% to 100%, such as 5% or 0.5%"}
    assert refusal(SHARE, written) == expected | ({"hint": hint} if hint else {})


def test_draws_follow_from_their_names_and_keep_the_share() -> None:
    """The same names give the same draw; over many names the share is about right; 0% and 100% are certain."""
    drawn = [drawn_in(Fraction(1, 20), 7, "x", number) for number in range(10_000)]
    assert drawn == [drawn_in(Fraction(1, 20), 7, "x", number) for number in range(10_000)]
    assert 440 < sum(drawn) < 560
    assert not any(drawn_in(Fraction(0), number) for number in range(1000))
    assert all(drawn_in(Fraction(1), number) for number in range(1000))


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        (fingerprint("Bearer sk-1"), True),
        (fingerprint("Bearer sk-1")[:8] + "*", True),
        ("key:*", True),
        ("sk-1", True),
        ("sk-*", False),
        (fingerprint("Bearer sk-2"), False),
        ("", False),
    ],
)
def test_a_key_is_meant_by_its_fingerprint_or_by_itself(wanted: str, *, matches: bool) -> None:
    """A glob is over the fingerprint, since the key itself is never kept."""
    assert key_matches(wanted, fingerprint("Bearer sk-1")) is matches


NOTHING: dict[str, object] = {}
NO_WHEN = ("it has no 'when', so the entries after it are never reached", ("poll", 0))
OPEN = ("its 'when' matches every exchange, so the entries after it are never reached", ("poll", 0))
COVERED = ("it is never reached: [0] of the same list matches whatever it matches", ("poll", 1))


@pytest.mark.parametrize(
    ("whens", "expected"),
    [
        ([None, None], NO_WHEN),
        ([NOTHING, None], NO_WHEN),
        ([{"prompt": "*"}, None], OPEN),
        ([{"nth": "1.."}, None], OPEN),
        ([{"share": "100%", "nth": "1..", "prompt": "*"}, None], OPEN),
        ([{"prompt": "a"}, {"prompt": "a"}], COVERED),
        ([{"prompt": "a"}, {"prompt": "a", "nth": 2}], COVERED),
        ([{"nth": "2.."}, {"nth": 3}], COVERED),
        ([{"nth": "2..", "prompt": "*"}, {"nth": 3}], COVERED),
        ([{"sooner_than": 3}, {"sooner_than": 2}], COVERED),
    ],
)
def test_an_entry_that_is_never_reached_is_refused(
    whens: Sequence[dict[str, object] | None], expected: tuple[str, tuple[object, ...]]
) -> None:
    """At the entry that takes everything, or at the one for which nothing is left."""
    with pytest.raises(PydanticCustomError) as caught:
        refuse_unreached([None if when is None else When.model_validate(when) for when in whens], "exchange", "poll")
    context = caught.value.context
    assert context is not None
    assert (context["problem"], context["below"]) == expected


@pytest.mark.parametrize(
    "whens",
    [
        [],
        [None],
        [{"nth": 1}, None],
        [{"nth": 1}, {"nth": 2}, NOTHING],
        [{"prompt": "a", "nth": 2}, {"prompt": "a"}],
        [{"share": "5%"}, {"share": "5%"}],
        [{"share": "99.9%"}, None],
        [{"nth": "2..5"}, {"nth": "2.."}],
        [{"sooner_than": 2}, {"sooner_than": 3}],
        [{"prompt": "a*"}, {"prompt": "ab"}],
    ],
)
def test_an_entry_that_may_be_reached_stays(whens: Sequence[dict[str, object] | None]) -> None:
    """Two draws are two draws, and what one glob leaves to another is not judged."""
    refuse_unreached([None if when is None else When.model_validate(when) for when in whens], "exchange", "poll")


def test_every_number_is_covered_by_the_whole() -> None:
    """The open range from 1 on is every number."""
    assert ORDINALS.validate_python("1..") == EVERY
