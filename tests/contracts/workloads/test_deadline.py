"""The points around the 600 s, computed from what the gateway and the clock can show."""

import pytest
from tests.support.benches import setting

from veocontracts.terms import Terms
from veocontracts.workloads.deadline import deadline, points
from veosim.units import MILLISECOND, SECOND


@pytest.mark.parametrize(
    ("gap", "found"),
    [
        (
            5 * SECOND,
            [(594_900, "TIME-02"), (600_100, "TIME-03"), (594_000, "TIME-02"), (601_000, "TIME-03")],
        ),
        (
            0,
            [(599_900, "TIME-02"), (600_100, "TIME-03"), (599_000, "TIME-02"), (601_000, "TIME-03")],
        ),
    ],
)
def test_points_keep_clear_of_the_poll_gap(gap: int, found: list[tuple[int, str]]) -> None:
    """A gateway that polls every 5 s may miss a success at 599.9 s; one that looks at its deadline may not."""
    assert [(at // MILLISECOND, rule) for _, at, rule in points(Terms(poll_gap=gap))] == found


def test_a_coarse_clock_moves_the_points_away() -> None:
    """With a tolerance of 30 s, points lie 6 and 15 s beyond it on either side."""
    found = points(Terms(mode="scaled", tolerance=30 * SECOND))
    assert [(at // SECOND, rule) for _, at, rule in found] == [
        (564, "TIME-02"),
        (636, "TIME-03"),
        (555, "TIME-02"),
        (645, "TIME-03"),
    ]


def test_each_point_is_a_case() -> None:
    """The case's name says when the upstream is ready, and it feeds the point's rule."""
    cases = {case.name: case for case in deadline(setting(poll_gap=5 * SECOND))}
    assert "TIME-02" in cases["deadline success at 594.9s"].feeds
    assert {"TIME-03", "BILL-10"} <= cases["deadline success at 600.1s"].feeds
    assert all(case.slow for case in cases.values())
