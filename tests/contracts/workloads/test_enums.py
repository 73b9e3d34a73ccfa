"""The enum workload: all that is right, and the strings most easily taken for it."""

from itertools import islice

import pytest
from tests.support.benches import setting

from veocontracts.workloads.enums import misses_of, near_misses, valid, wrong

FIELDS = ("model", "resolution", "duration", "aspect_ratio")


@pytest.mark.parametrize("field", FIELDS)
def test_no_near_miss_is_a_valid_value(field: str) -> None:
    """What must be refused is never what must be taken, and none comes twice."""
    chosen = setting()
    misses = misses_of(field, chosen)
    assert set(misses).isdisjoint(chosen.face.enums[field])
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
    assert misses_of(field, setting())[0] == first


@pytest.mark.parametrize("field", FIELDS)
def test_values_of_other_fields_and_foreign_ones_are_misses(field: str) -> None:
    """A field mix-up, an empty string and another script are tried everywhere."""
    others = {values[0] for name, values in setting().face.enums.items() if name != field}
    assert {*others, "", "🎬"} <= set(misses_of(field, setting()))


def test_every_combination_is_run_for_every_form() -> None:
    """16 combinations, for text and for each of three image forms."""
    assert len(list(valid(setting()))) == 16 * 4


def test_numbers_are_tried_where_a_number_is_tempting() -> None:
    """A duration of 4, 8 and 4.0, and null, booleans, lists and objects for every field."""
    names = [case.name for case in wrong(setting())]
    for value in ("4", "8", "4.0", "None", "True", "[]", "{}"):
        assert f"wrong text duration {value}" in names
        assert f"wrong image duration {value}" in names
    assert "wrong text model None" in names
    assert "wrong text model 4" not in names
