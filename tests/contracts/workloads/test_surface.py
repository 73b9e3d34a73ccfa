"""The surface workload: how a body becomes an order, whose fault it is, and that equal runs see the same."""

from dataclasses import replace
from typing import Any

import pytest
from tests.support.benches import on_a_bench, setting

from veocontracts.bench import Bench
from veocontracts.events import Call, Event, Submit
from veocontracts.faces import face
from veocontracts.history import History
from veocontracts.profiles import find_profile, with_mutant
from veocontracts.rules import RULES
from veocontracts.runner.cases import run_case, run_cases
from veocontracts.runner.run import setting_of
from veocontracts.runner.terms_of import Probed
from veocontracts.timing.virtual import VirtualRunner
from veocontracts.workloads import all_cases
from veocontracts.workloads.base import Case
from veocontracts.workloads.surface import fault_of, order_of
from veosim.inprocess import Response

FACE = face("cn8-gateway")
TEXT, IMAGE = FACE.services["text"], FACE.services["image"]


def cases() -> list[Case]:
    """The workload's cases."""
    return [case for case in all_cases(setting()) if case.name.startswith("surface ")]


def histories(seed: int) -> list[History]:
    """What each case saw."""
    with VirtualRunner() as runner:
        return [run_case(runner, setting(seed), case)[0] for case in cases()]


def order(kind: str, data: dict[str, Any], number: int = 0) -> Any:
    """The body of an order for a body that was made up, its marker shown as `<marker>`."""

    async def answer(*_: object) -> Response:
        raise AssertionError("nothing is sent")

    async def work(bench: Bench, _: object) -> tuple[Any, str]:
        made = order_of(bench, kind, data, number)
        return made.body, made.marker

    body, marker = on_a_bench(answer, work)
    return {
        name: value.replace(marker, "<marker>") if isinstance(value, str) else value for name, value in body.items()
    }


@pytest.mark.parametrize(
    ("kind", "data", "body"),
    [
        ("text", {"prompt": "a kite"}, {"prompt": "a kite <marker>"}),
        ("text", {"prompt": "", "model": "veo"}, {"prompt": "", "model": "veo"}),
        ("text", {"prompt": [1], "x": None}, {"prompt": [1], "x": None}),
        ("text", {"duration": "4s"}, {"duration": "4s"}),
        ("text", {"prompt": "{marker}"}, {"prompt": "<marker> <marker>"}),
        ("image", {"image": None, "prompt": "a kite"}, {"image": None, "prompt": "a kite <marker>"}),
        ("image", {"prompt": 7}, {"prompt": 7}),
    ],
)
def test_an_order_sends_what_was_made_up(kind: str, data: dict[str, Any], body: dict[str, Any]) -> None:
    """Field by field; a prompt that is one gets the marker at its end."""
    assert order(kind, data) == body


def test_an_image_that_is_mere_text_becomes_a_picture() -> None:
    """In one of its three forms; as a URL where nothing else could carry the marker."""
    forms = [order("image", {"image": "0", "prompt": "a kite"}, number)["image"] for number in range(3)]
    assert forms[0].startswith("https://images.example/<marker>/")
    assert forms[1].startswith("data:image/png;base64,")
    assert forms[2].startswith("iVBORw0KGgo")
    assert "<marker>" in order("image", {"image": "0"}, 1)["image"]


@pytest.mark.parametrize(
    ("service", "data", "fault"),
    [
        (TEXT, {"prompt": "a kite"}, None),
        (TEXT, {"prompt": "a kite", "model": "veo"}, ("enum", "model")),
        (TEXT, {"prompt": "a kite", "model": None}, ("type", "model")),
        (TEXT, {"prompt": 7, "duration": 4}, ("type", "duration")),
        (TEXT, {"prompt": ""}, ("required", "prompt")),
        (TEXT, {}, ("required", "prompt")),
        (IMAGE, {"image": "0"}, None),
        (IMAGE, {"prompt": "a kite", "image": {}}, ("required", "image")),
        (TEXT, [], None),
        (TEXT, None, None),
    ],
)
def test_the_first_wrong_field_is_to_blame(service: Any, data: object, fault: tuple[str, str] | None) -> None:
    """Enum fields before the required one; a body of another shape has no such field."""
    assert fault_of(FACE, service, data) == fault


def test_equal_seeds_see_the_same() -> None:
    """Every event of every case; another seed asks for something else."""
    first, again, other = ([history.events for history in histories(seed)] for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_a_case_sends_what_it_says() -> None:
    """Valid and wrong submits, other requests, all within the limit of a key."""
    seen = {history.case: history.events for history in histories(0)}
    assert list(seen) == [case.name for case in cases()]
    allowed, refused = seen["surface text allowed"], seen["surface text refused"]
    assert {event.intent for event in allowed if isinstance(event, Submit)} == {"valid"}
    assert {event.intent for event in refused if isinstance(event, Submit)} == {"enum", "type", "required"}
    calls = [event for event in refused if isinstance(event, Call)]
    assert {event.about for event in calls} == {"body", "content type"}
    assert {event.intent for event in calls} == {"negative"}
    assert {event.about for event in seen["surface image refused"] if isinstance(event, Call)} >= {"prompt"}
    assert max(most_with_one_key(events) for events in seen.values()) <= 50


def most_with_one_key(events: tuple[Event, ...]) -> int:
    """How many requests the busiest key made."""
    keys = [event.key for event in events if isinstance(event, Submit | Call) and event.key not in {"none", "unknown"}]
    return max((keys.count(key) for key in keys), default=0)


def test_where_time_costs_time_fewer_are_sent() -> None:
    """A scaled run sends every fourth request."""
    scaled = setting(mode="scaled")
    with VirtualRunner() as runner:
        few, many = (
            next(run_case(runner, chosen, case)[0] for case in cases() if case.name == "surface text allowed")
            for chosen in (scaled, replace(scaled, terms=replace(scaled.terms, mode="virtual")))
        )
    assert len(few.stories) == -(-len(many.stories) // 4)


@pytest.mark.parametrize(
    ("mutant", "red"),
    [
        ("", set()),
        ("null-prompt-is-500", {"ROBUST-02", "ENUM-05"}),
        ("malformed-id-is-500", {"ROBUST-02"}),
        ("bad-upstream-json-is-500", {"ROBUST-02"}),
        ("accepted-as-plain-text", {"ROBUST-02"}),
        ("fast-model-renamed", {"UP-02"}),
        ("duration-sent-as-number", {"UP-02"}),
        ("enum-stripped", set()),
        ("null-model-becomes-default", {"ENUM-03", "ENUM-07"}),
    ],
)
def test_defects_of_the_surface_show(mutant: str, red: set[str]) -> None:
    """Near misses are another workload's."""
    profile = find_profile("reference")
    chosen = setting_of(with_mutant(profile, mutant) if mutant else profile, 0, Probed())
    tallies = run_cases(chosen, cases(), [rule for rule in RULES.values() if rule.level == "MUST"])
    assert tallies.errors == []
    assert {rule for (rule, _), tally in tallies.counts.items() if tally.broken} == red
