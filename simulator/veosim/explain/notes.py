"""What in a scenario depends on the order of requests, on their number or on their content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from veosim.errors import shown
from veosim.scenario.model import Scenario
from veosim.yamlfile import show_path

_ORDERED: Mapping[str, str] = {
    "nth": "requests are counted as they arrive, so which of them meet it depends on their order",
    "nth_of_job": "a job's exchanges are counted, so when they meet it depends on how often the client asks",
    "sooner_than": "the time between polls counts, so whether they meet it depends on how often the client polls",
    "share": "it is drawn for each exchange as it arrives, so which of them meet it depends on their order",
}
"""Conditions of an entry that depend on order."""

_JOB_SHARE = ("jobs", "share")
"""The one that does not: a job's share is drawn from its request."""

_LIMITS = "limits: what they hold back or refuse depends on how many requests and jobs there are at a time"


def notes(scenario: Scenario) -> Iterator[str]:
    """One sentence for each thing that another client, or another number of jobs, would see otherwise."""
    data = scenario.model_dump(by_alias=True, exclude_defaults=True)
    conditions = list(_conditions(data, ()))
    for key, words in _ORDERED.items():
        places = [show_path((*path, key)) for path, when in conditions if key in when and (path[0], key) != _JOB_SHARE]
        if places:
            yield f"{', '.join(places)}: {words}"
    for path, when in conditions:
        if path[0] == "jobs" and "prompt" in when:
            place = show_path((*path, "prompt"))
            yield f"{place} is {shown(when['prompt'])}: `--prompt TEXT` shows the jobs of other prompts"
    if "limits" in data:
        yield _LIMITS


def _conditions(
    node: object, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, object]]]:
    """Every `when` in the scenario's data, with its place."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "when" and isinstance(value, Mapping):
                yield (*path, key), value
            else:
                yield from _conditions(value, (*path, key))
    elif isinstance(node, list | tuple):
        for index, value in enumerate(node):
            yield from _conditions(value, (*path, index))
