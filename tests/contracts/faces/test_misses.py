"""Wrong values: those most easily taken for right ones first, and none that is right."""

import unicodedata
from itertools import islice
from typing import Any

import pytest

from veocontracts.faces import CHOICES, face
from veocontracts.faces.misses import candidates, near_misses, neighbours_of, plausible, twins

CN8 = face("cn8-gateway")


def misses_of(field: str, intent: str = "enum") -> list[Any]:
    """The values that the CN8 document refuses in a field."""
    return [miss.value for miss in CN8.services["text"].misses[field] if miss.intent == intent]


@pytest.mark.parametrize("field", CHOICES)
def test_no_near_miss_is_a_valid_value(field: str) -> None:
    """What must be refused is never what must be taken, and none comes twice."""
    misses = misses_of(field)
    assert set(misses).isdisjoint(CN8.enums[field])
    assert len(misses) == len(set(misses))


@pytest.mark.parametrize(
    ("value", "nearest"),
    [
        ("4s", ["4S", " 4s", "4s "]),
        ("1080P", ["1080p", " 1080P", "1080P "]),
        ("veo (Audio)", ["VEO (aUDIO)", " veo (Audio)", "veo (Audio) ", "veo"]),
        ("16:9", ["16:9", " 16:9", "16:9 "]),
    ],
)
def test_the_nearest_come_first(value: str, nearest: list[str]) -> None:
    """Case, then spaces, then a name without its suffix."""
    assert list(islice(near_misses(value, ()), len(nearest))) == nearest


@pytest.mark.parametrize(
    ("field", "first"),
    [("model", "VEO (aUDIO)"), ("resolution", "512p"), ("duration", "4S"), ("aspect_ratio", " 16:9")],
)
def test_each_field_begins_with_its_nearest_miss(field: str, first: str) -> None:
    """A value without letters has no other case, so its first miss is a space."""
    assert misses_of(field)[0] == first


@pytest.mark.parametrize("field", CHOICES)
def test_values_of_other_fields_and_foreign_ones_are_misses(field: str) -> None:
    """A field mix-up, an empty string and another script are tried everywhere."""
    others = {values[0] for name, values in CN8.enums.items() if name != field}
    assert {*others, "", "🎬"} <= set(misses_of(field))


@pytest.mark.parametrize(
    ("field", "others"),
    [
        ("model", ("veo 3", "veo-fast", "veo (No Audio)")),
        ("resolution", ("720P", "4K")),
        ("duration", ("6s", "5s", "10s", "8")),
        ("aspect_ratio", ("1:1", "4:3", "16x9", "16/9")),
    ],
)
def test_what_others_take_is_tried(field: str, others: tuple[str, ...]) -> None:
    """Other services' values, a line's end, and full-width letters."""
    values = tuple(value for value in CN8.enums[field] if isinstance(value, str))
    *found, ended, wide = plausible(field, values)
    assert tuple(found) == others
    assert ended == f"{values[0]}\n"
    assert (wide.isascii(), unicodedata.normalize("NFKC", wide)) == (False, values[0])
    assert {*others, ended, wide} <= set(misses_of(field))


def test_a_field_of_any_name_has_variants() -> None:
    """Where nothing is known of a field, its own values still have twins."""
    assert plausible("style", ("~a",)) == ("~a\n", "\uff5e\uff41")


def test_numbers_have_numbers_for_neighbours() -> None:
    """One more, one less, none, less than none, and far too many."""
    assert [*neighbours_of((4, 8))] == [5, 3, 9, 7, 0, -4, 80, 3600]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (("4s", "8s"), [4, 8, 4.0]),
        ((4, 8), ["4", "4s", "8", "8s"]),
        (("8", 8), [8, 8, 8.0, "8", "8s", "8", "8s"]),
        (("short", "long"), []),
    ],
)
def test_a_duration_has_twins_of_the_other_type(values: tuple[Any, ...], found: list[Any]) -> None:
    """4 for '4s', and '4' for 4."""
    assert [*twins(values)] == found


def test_what_is_right_in_one_type_is_wrong_in_another() -> None:
    """4 and 4.0 may both be wrong where '4' is right; a value that is right is never there."""
    found = candidates("duration", ("4", 4), ["16:9"])
    kinds = {(type(value).__name__, repr(value)) for value in found}
    assert ("float", "4.0") in kinds
    assert {("str", "'4'"), ("int", "4")}.isdisjoint(kinds)
    assert len(kinds) == len(found)
