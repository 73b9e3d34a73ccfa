"""Which wires a scenario is for."""

import re

import pytest

from veosim import SourceError, VeosimError, parse_scenario
from veosim.dialects import DIALECTS
from veosim.dialects.base import MEDIA
from veosim.scenario.model import DEFAULT
from veosim.scenario.wires import MEDIA_OPERATION, OPERATIONS, SEVERAL_VIDEOS, foreign, require_dialect, wires

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


def test_the_operations_are_those_of_the_dialects() -> None:
    """Each by its name, below its kind, in the dialect's own order."""
    found: dict[str, dict[str, tuple[str, ...]]] = {name: {} for name in DIALECTS}
    for name, dialect in DIALECTS.items():
        for each in dialect.operations:
            found[name][each.kind] = (*found[name].get(each.kind, ()), each.name)
    assert found == OPERATIONS
    assert MEDIA.name == MEDIA_OPERATION


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


SUBMITS = "from-image, from-text, submit, videos-submit"
DOWNLOADS = "from-image, from-text, media, submit, videos-submit"
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
            "jobs: [{when: {operation: form-text}}]",
            f"2:27: jobs[0].when.operation: found 'form-text'; allowed: {SUBMITS}; did you mean 'from-text'?",
        ),
        (
            "jobs: [{when: {operation: status}}]",
            f"2:27: jobs[0].when.operation: found 'status'; allowed: {SUBMITS}",
        ),
        (
            "jobs: [{when: {dialect: image-to-video, operation: from-text}}]",
            "2:52: jobs[0].when.operation: found 'from-text'; allowed: submit",
        ),
        (
            "dialects: [api-video]\nexchanges: {poll: [{delay: 1s, when: {operation: submit}}]}",
            "3:50: exchanges.poll[0].when.operation: found 'submit'; allowed: from-image, from-text, status",
        ),
        (
            "exchanges: {content: [{delay: 1s, when: {operation: meda}}]}",
            (
                f"2:53: exchanges.content[0].when.operation: found 'meda'; allowed: content, {DOWNLOADS}; "
                "did you mean 'media'?"
            ),
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


@pytest.mark.parametrize(
    ("kind", "operation"),
    [("content", MEDIA_OPERATION)]
    + [
        (kind, name)
        for operations in OPERATIONS.values()
        for kind, names in operations.items()
        for name in (*names, *operations["submit"])
    ],
)
def test_an_exchange_goes_by_its_operation_or_by_that_of_its_submit(kind: str, operation: str) -> None:
    """Both are taken, on every wire that has them."""
    text = f"scenario: x\nexchanges: {{{kind}: [{{when: {{operation: {operation}}}, delay: 1s}}]}}"
    (entry,) = getattr(parse_scenario(text).exchanges, kind)
    assert entry.when.operation == operation
