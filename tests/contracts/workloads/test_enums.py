"""The enum workload: all that is right, and the strings most easily taken for it."""

import unicodedata
from dataclasses import replace
from itertools import islice

import pytest
from tests.support.benches import setting

from veocontracts.workloads.enums import forms, misses_of, near_misses, plausible, valid, wrong

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
    values = setting().face.enums[field]
    *found, ended, wide = plausible(field, values)
    assert tuple(found) == others
    assert ended == f"{values[0]}\n"
    assert (wide.isascii(), unicodedata.normalize("NFKC", wide)) == (False, values[0])
    assert {*others, ended, wide} <= set(misses_of(field, setting()))


def test_a_field_of_any_name_has_variants() -> None:
    """Where nothing is known of a field, its own values still have twins."""
    assert plausible("style", ("~a",)) == ("~a\n", "\uff5e\uff41")


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


@pytest.mark.parametrize(("sold", "listed"), [(["text", "image"], 4), (["text"], 0)])
def test_forms_of_images_need_a_service_that_takes_them(sold: list[str], listed: int) -> None:
    """A gateway that makes videos from text alone is sent none."""
    chosen = setting()
    face = replace(chosen.face, services={name: chosen.face.services[name] for name in sold})
    assert len(list(forms(replace(chosen, face=face)))) == listed
