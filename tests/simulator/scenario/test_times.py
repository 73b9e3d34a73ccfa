"""Times of a scenario: the forms in which they are written, and what is drawn from each."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from veosim import SourceError, parse_scenario
from veosim.scenario.times import Drawn, Lognormal, Percentiles, Time, Uniform, drawn
from veosim.units import LONGEST, MILLISECOND, SECOND

TIME: TypeAdapter[int | Drawn] = TypeAdapter(Time)


def problem(written: str) -> str:
    """What is wrong with a time, without its place."""
    with pytest.raises(SourceError) as refusal:
        parse_scenario(f"scenario: x\njobs:\n  - run: {written}\n", "f.yaml")
    assert len(refusal.value.problems) == 1
    return str(refusal.value).removeprefix("f.yaml:3:")


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("90s", 90 * SECOND),
        ({"uniform": ["60s", "2m"]}, Uniform.model_validate({"uniform": ["60s", "2m"]})),
        ({"median": "90s", "sigma": 0.5}, Lognormal.model_validate({"median": "90s", "sigma": 0.5})),
        ({"p50": "95s", "p99": "280s"}, Percentiles.model_validate({"p50": "95s", "p99": "280s"})),
        (
            {"p50": "95s", "p90": "2m", "max": "3m"},
            Percentiles.model_validate({"p50": "95s", "p90": "2m", "max": "3m"}),
        ),
    ],
)
def test_a_time_has_four_forms(written: object, time: int | Drawn) -> None:
    """Fixed, even between bounds, and two ways to write a lognormal distribution."""
    assert TIME.validate_python(written) == time


@pytest.mark.parametrize(
    ("written", "nanoseconds"),
    [
        ("90s", 90_000_000_000),
        ({"uniform": ["60s", "120s"]}, 83_061_750_453),
        ({"median": "90s", "sigma": 0.5}, 76_187_000_000),
        ({"p50": "95s", "p90": "180s"}, 80_456_000_000),
        ({"p50": "95s", "p95": "220s"}, 80_138_000_000),
        ({"p50": "95s", "p99": "280s"}, 81_373_000_000),
    ],
)
def test_a_draw_is_the_same_on_every_python(written: object, nanoseconds: int) -> None:
    """Seed and purpose alone decide; these values hold on every machine and version."""
    assert drawn(TIME.validate_python(written), b"identity", "run") == nanoseconds


def test_each_purpose_and_identity_has_a_draw_of_its_own() -> None:
    """Neither the queue of a job nor another job's run follows from its run."""
    time = TIME.validate_python({"p50": "95s", "p99": "280s"})
    draws = {drawn(time, identity, name) for identity in (b"a", b"b") for name in ("queue", "run")}
    assert len(draws) == 4


@pytest.mark.parametrize(
    ("written", "share", "time"),
    [
        ({"p50": "95s", "p90": "180s"}, 0.90, 180),
        ({"p50": "95s", "p95": "220s"}, 0.95, 220),
        ({"p50": "95s", "p99": "280s"}, 0.99, 280),
        ({"median": "90s", "sigma": 0.5}, 0.5, 90),
        ({"median": "90s", "sigma": 1}, 0.8413447460685429, 244.645),
    ],
)
def test_percentiles_are_met_by_what_is_drawn(written: object, share: float, time: float) -> None:
    """The fit is exact at both percentiles, and a thousand draws agree with it."""
    spread = TIME.validate_python(written)
    assert isinstance(spread, Lognormal | Percentiles)
    assert spread.at(share) == time * SECOND
    draws = sorted(drawn(spread, b"%d" % number, "run") for number in range(1000))
    middle = spread.at(0.5)
    assert abs(median(draws) - middle) < 0.1 * middle
    assert abs(sum(draw <= time * SECOND for draw in draws) - 1000 * share) < 45


SPREADS = st.sampled_from(
    [
        {"median": "500h", "sigma": 5},
        {"median": "1ms", "sigma": 5},
        {"p50": "1ms", "p99": "1000h"},
        {"p50": "10s", "p99": "1000h", "max": "30s"},
        {"median": "10s", "sigma": 1, "max": "10s"},
        {"uniform": ["0s", "1000h"]},
    ]
)


@given(SPREADS, st.binary())
def test_no_draw_is_longer_than_allowed(written: dict[str, object], identity: bytes) -> None:
    """Whatever the tail, `max` holds, and without it the longest time that can be written."""
    given_max = TIME.validate_python(written.get("max", "1000h"))
    assert isinstance(given_max, int)
    assert 0 <= drawn(TIME.validate_python(written), identity, "run") <= given_max <= LONGEST


@pytest.mark.parametrize("chance", [0.0, 2.0**-1074, 1 - 2.0**-53])
def test_the_ends_of_the_scale_are_times(chance: float) -> None:
    """A generator may draw 0, and comes near to 1."""
    spread = TIME.validate_python({"median": "500h", "sigma": 5})
    assert isinstance(spread, Lognormal)
    assert spread.at(chance) in {0, LONGEST}
    assert spread.at(chance) % MILLISECOND == 0


FORMS = "a time is 90s, {uniform: [1s, 2s]}, {median: 90s, sigma: 0.5} or {p50: 95s, p99: 280s}"
EITHER = "beside 'p50' exactly one of p90, p95, p99 fixes the spread, found"
UNITS = "allowed: a number with a unit: 250ms, 90s, 4m, 48h"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{}", f"10: jobs[0].run: found {{}}: {FORMS}"),
        ("{mean: 1s}", f"10: jobs[0].run: found {{'mean': '1s'}}: {FORMS}"),
        ("{max: 1s}", f"10: jobs[0].run: found {{'max': '1s'}}: {FORMS}"),
        ("{median: 1s}", "10: jobs[0].run: the key 'sigma' is missing"),
        ("{sigma: 1}", "10: jobs[0].run: the key 'median' is missing"),
        ("{median: 0s, sigma: 1}", "19: jobs[0].run.median: a time whose middle is 0 cannot spread"),
        ("{median: 1s, sigma: 0}", "30: jobs[0].run.sigma: found 0: input should be greater than 0"),
        ("{median: 1s, sigma: 6}", "30: jobs[0].run.sigma: found 6: input should be less than or equal to 5"),
        ("{median: 1s, sigma: 1e999}", "30: jobs[0].run.sigma: found inf: input should be a finite number"),
        ("{median: 9, sigma: 1}", f"19: jobs[0].run.median: 9 is not a duration; {UNITS}; did you mean '9s'?"),
        ("{median: 9s, sigma: 1, max: 8s}", "38: jobs[0].run.max: 'max' is below 'median'"),
        ("{p99: 9s}", "10: jobs[0].run: the key 'p50' is missing"),
        ("{p50: 9s}", f"10: jobs[0].run: {EITHER} none"),
        ("{p50: 9s, p90: 10s, p99: 11s}", f"35: jobs[0].run.p99: {EITHER} p90 and p99"),
        ("{p50: 9s, p99: 9s}", "25: jobs[0].run.p99: 'p99' must be above 'p50'"),
        ("{p50: 9s, p90: 1s}", "25: jobs[0].run.p90: 'p90' must be above 'p50'"),
        ("{p50: 0s, p99: 9s}", "16: jobs[0].run.p50: a time whose middle is 0 cannot spread"),
        ("{p50: 9s, p99: 20s, max: 8s}", "35: jobs[0].run.max: 'max' is below 'p50'"),
        ("{uniform: [1s, 2s], max: 3s}", "30: jobs[0].run.max: 'max' does not go with the keys beside it"),
        ("{uniform: [1s, 2s], p50: 3s}", "30: jobs[0].run.p50: 'p50' does not go with the keys beside it"),
        ("{uniform: [2s, 1s]}", "10: jobs[0].run: the lower bound is above the upper one"),
    ],
)
def test_a_time_that_cannot_be_drawn_is_refused(written: str, expected: str) -> None:
    """At its place, with what would be right."""
    assert problem(written) == expected
