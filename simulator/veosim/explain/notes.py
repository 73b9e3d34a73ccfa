"""What in a scenario depends on the order of requests, on their number or on their content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from veosim.scenario.model import Scenario
from veosim.yamlfile import show_path

_ORDERED: Mapping[str, str] = {
    "nth": "counts as requests arrive, so which of them it meets depends on their order",
    "nth_of_job": "counts a job's polls, so when it is met depends on how often the client polls",
    "share": "is drawn for each exchange as it arrives, so which of them it meets depends on their order",
}
"""Conditions of an entry that depend on order. A job's `share` is drawn from its request, and does not."""

_LIMITS = "limits: what they hold back or refuse depends on how many requests and jobs there are at a time"


def notes(scenario: Scenario) -> Iterator[str]:
    """One sentence for each part that another client, or another number of jobs, would see otherwise."""
    data = scenario.model_dump(by_alias=True, exclude_defaults=True)
    for path, when in _conditions(data, ()):
        place = show_path(path)
        for key, words in _ORDERED.items():
            if key in when and not (key == "share" and path[0] == "jobs"):
                yield f"{place}.{key} {words}"
        if path[0] == "jobs" and "prompt" in when:
            yield f"{place}.prompt is {when['prompt']!r}: `--prompt TEXT` shows the jobs of other prompts"
    if "limits" in data:
        yield _LIMITS


def _conditions(node: object, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, object]]]:
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
