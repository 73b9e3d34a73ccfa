"""Which wires a scenario is for."""

import re

import pytest

from veosim import SourceError, VeosimError, parse_scenario
from veosim.dialects import DIALECTS
from veosim.scenario.model import DEFAULT
from veosim.scenario.wires import SEVERAL_VIDEOS, foreign, require_dialect, wires

BOUND = parse_scenario("scenario: bound\ndialects: [generations-metadata, api-video]\n")


def refusal(text: str) -> str:
    """What is wrong with a scenario."""
    with pytest.raises(SourceError) as caught:
        parse_scenario(text, "f.yaml")
    return str(caught.value)


def test_the_wires_are_the_dialects() -> None:
    """What can be named is what is spoken."""
    assert wires() == sorted(DIALECTS)
    assert set(DIALECTS) >= SEVERAL_VIDEOS


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_scenario_is_for_all_wires_unless_it_says_so(dialect: str) -> None:
    """Without `dialects` any may play it."""
    require_dialect(DEFAULT, dialect)
    assert (foreign(BOUND, dialect) == "") == (dialect in {"generations-metadata", "api-video"})


def test_a_scenario_for_other_wires_is_refused() -> None:
    """The scenario and the dialect are named."""
    expected = "The scenario 'bound' is for generations-metadata, api-video, not for image-to-video."
    with pytest.raises(VeosimError, match=f"^{re.escape(expected)}$"):
        require_dialect(BOUND, "image-to-video")


WIRES = "allowed: api-video, generations-metadata, generations-seconds, image-to-video"
MUTE = "'partly-filtered' cannot be said on {}, where a job has one video; only on generations-metadata"
FIX = "write dialects: [generations-metadata]"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("dialects: [api-vidoe]", f"2:12: dialects[0]: found 'api-vidoe'; {WIRES}; did you mean 'api-video'?"),
        ("dialects: [cn8-gateway]", f"2:12: dialects[0]: found 'cn8-gateway'; {WIRES}"),
        ("dialects: [7]", "2:12: dialects[0]: found 7; allowed: text, in quotes if need be"),
        ("dialects: api-video", "2:11: dialects: found 'api-video'; allowed: a list"),
        ("dialects: []", "2:11: dialects: an empty list is for no wire at all; without 'dialects' it is for all"),
        ("jobs: [{when: {dialect: veo}}]", f"2:25: jobs[0].when.dialect: found 'veo'; {WIRES}"),
        (
            "dialects: [api-video]\njobs: [{when: {dialect: image-to-video}}]",
            "3:25: jobs[0].when.dialect: the scenario is for api-video, so no submit is of image-to-video",
        ),
        (
            "jobs: [{outcome: partly-filtered}]",
            f"2:18: jobs[0].outcome: {MUTE.format('api-video, generations-seconds, image-to-video')}: {FIX}",
        ),
        (
            "dialects: [generations-metadata, api-video]\njobs: [{outcome: partly-filtered}]",
            f"3:18: jobs[0].outcome: {MUTE.format('api-video')}: {FIX}",
        ),
        (
            "jobs: [{when: {nth: 1}}, {when: {dialect: api-video}, outcome: partly-filtered}]",
            f"2:64: jobs[1].outcome: {MUTE.format('api-video')}: {FIX}",
        ),
    ],
)
def test_what_a_wire_cannot_say_is_refused(rest: str, expected: str) -> None:
    """When the scenario is read, with the outcome and the wire."""
    assert refusal(f"scenario: x\n{rest}\n") == f"f.yaml:{expected}"


@pytest.mark.parametrize(
    "rest",
    [
        "dialects: [generations-metadata]\njobs: [{outcome: partly-filtered}]",
        "jobs: [{when: {dialect: generations-metadata}, outcome: partly-filtered}]",
    ],
)
def test_what_its_wire_can_say_is_taken(rest: str) -> None:
    """The scenario may be bound as a whole, or in the entry alone."""
    assert parse_scenario(f"scenario: x\n{rest}\n").jobs[0].outcome == "partly-filtered"
