"""What a rehearsal asks for."""

from collections.abc import Mapping

import pytest

from veosim.dialects import DIALECTS
from veosim.explain.explanation import Phase
from veosim.explain.rehearsal import Client, explain
from veosim.explain.samples import Sample, sample
from veosim.job import State
from veosim.scenario.load import load_scenario, parse_scenario
from veosim.scenario.variants import Variants
from veosim.units import SECOND

DAYS = 48 * 3600 * SECOND


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["instant", "never-finishes", "twice"])
def test_the_example_is_enough_for_most(name: str, dialect: str) -> None:
    """As the dialect has it."""
    assert sample(load_scenario(name), DIALECTS[dialect]) == Sample(*DIALECTS[dialect].example())


@pytest.mark.parametrize(
    ("name", "dialect", "more", "note"),
    [
        (
            "partly-filtered",
            "generations-metadata",
            {"metadata": {"durationSeconds": 8, "aspectRatio": "16:9", "sampleCount": 4}},
            "metadata.sampleCount: 4, since of an only video nothing can be held back",
        ),
        (
            "out-of-order",
            "image-to-video",
            {"generate_count": 4},
            "generate_count: 4, since an only callback has no order",
        ),
        (
            "off-peak-48h",
            "generations-seconds",
            {"off_peak": True},
            "off_peak: true, since only such jobs have a deadline",
        ),
    ],
)  # fmt: skip
def test_what_the_example_lacks_is_asked_for(name: str, dialect: str, more: Mapping[str, object], note: str) -> None:
    """On top of the example, in a request that the dialect takes, and a note says so."""
    scenario, wire = load_scenario(name), DIALECTS[dialect]
    operation, body = wire.example()
    found = sample(scenario, wire)
    assert found == Sample(operation, {**body, **more}, f"each submit asks for {note}")
    assert explain(scenario, client=Client(jobs=1)).notes[0] == found.note
    wire.parse(operation, found.body, Variants())


def test_a_stuck_job_has_a_deadline_only_where_the_scenario_is_about_it() -> None:
    """A scenario for every wire is shown without one on each."""
    scenario = parse_scenario("scenario: x\njobs: [{outcome: stuck}]")
    assert sample(scenario, DIALECTS["generations-seconds"]).note == ""


def test_videos_that_are_held_back_are_shown() -> None:
    """As many as are delivered, of those asked for."""
    (life,) = explain(load_scenario("partly-filtered"), client=Client(jobs=1)).lives
    assert life.result == "delivers 3 of 4 videos"


def test_a_deadline_is_shown() -> None:
    """The job ends with it."""
    (life,) = explain(load_scenario("off-peak-48h"), client=Client(jobs=1)).lives
    assert life.phases[-1] == Phase(DAYS, State.CANCELLED)


def test_the_order_of_callbacks_is_shown() -> None:
    """By the jobs' numbers within their own submit; a submit of one job has no order."""
    scenario = load_scenario("out-of-order")
    assert [life.callback_order for life in explain(scenario, client=Client(jobs=2)).lives] == [(4, 3, 2, 1)] * 2
    assert explain(load_scenario("out-of-order"), client=Client(jobs=1)).lives[0].callbacks[0].at == 5 * SECOND
    plain = parse_scenario("scenario: x\ndialects: [image-to-video]\ncallbacks: {delay: 1s}")
    assert [life.callback_order for life in explain(plain, client=Client(jobs=1)).lives] == [()]
