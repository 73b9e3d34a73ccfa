"""How files are measured in a scenario."""

import pytest
from pydantic import TypeAdapter, ValidationError

from veosim.scenario.measures import PixelSize, Weight, show_size, show_weight

SIZE: TypeAdapter[tuple[int, int]] = TypeAdapter(PixelSize)
WEIGHT: TypeAdapter[int] = TypeAdapter(Weight)


@pytest.mark.parametrize(("written", "size"), [("16x16", (16, 16)), ("640x360", (640, 360)), ("4096x16", (4096, 16))])
def test_a_size_is_width_and_height(written: str, size: tuple[int, int]) -> None:
    """It is shown as it is written."""
    assert SIZE.validate_python(written) == size
    assert (show_size(size), SIZE.dump_python(size)) == (written, written)


@pytest.mark.parametrize(
    "value", ["14x16", "16x4098", "641x360", "640x361", "640 x 360", "640x", "\u0666\u0664\u0660x360", 640, None]
)
def test_what_is_no_size_is_refused(value: object) -> None:
    """Odd sides, sides that players do not take, and what is no size at all."""
    with pytest.raises(ValidationError, match="found"):
        SIZE.validate_python(value)


@pytest.mark.parametrize(
    ("written", "weight"),
    [
        ("1kB", 1_000),
        ("800kB", 800_000),
        ("1.5MB", 1_500_000),
        ("64MB", 64_000_000),
        ("0.001kB", 1),
        ("1.000001MB", None),
        ("65MB", None),
        ("0MB", None),
        ("5", None),
        ("5MiB", None),
        (5, None),
    ],
)
def test_a_weight_is_bytes_with_a_unit(written: object, weight: int | None) -> None:
    """At least one, at most 64 MB; it is shown as it is written."""
    if weight is None:
        with pytest.raises(ValidationError, match="found"):
            WEIGHT.validate_python(written)
    else:
        assert WEIGHT.validate_python(written) == weight
        assert (show_weight(weight), WEIGHT.dump_python(weight)) == (written, written)
