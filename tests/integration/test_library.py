"""The shipped scenarios as a whole: which there are, and that a test plays each of them."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from veosim.resources import folder, scenario_files
from veosim.scenario.load import load_scenario

PLAYED = Path(__file__).parent / "library"

LIBRARY = {
    "everyday": ["instant", "realistic", "slow", "fast-model", "queueing", "load-dependent"],
    "job-failures": [
        *["fails-at-95-percent", "moderated", "filtered", "partly-filtered", "empty-success", "success-without-url"],
        *["stuck", "cancelled", "off-peak-48h", "error-envelope-with-200", "error-in-url", "wrong-duration-delivered"],
    ],
    "submit-faults": [
        *["submit-400", "submit-401", "429-with-retry-after", "429-without", "500-then-ok", "502-after-accept"],
        *["hang-after-accept", "reset-after-accept", "never-answers", "no-job-id", "html-error-page", "bad-json"],
        *["submit-empty-body", "submit-wrong-content-type", "submit-redirect", "submit-huge-body"],
    ],
    "poll-faults": [
        *["one-503", "always-503", "html-502", "one-bad-json", "poll-truncated", "hangs", "drips", "404-at-first"],
        *["404-later", "403-on-valid-job", "unknown-status-word", "status-goes-back", "wrong-types", "poll-empty-body"],
        *["poll-wrong-content-type", "poll-redirect", "poll-huge-body", "too-fast-429", "keep-alive-5s"],
    ],
    "deadline": ["finishes-at-599s", "finishes-at-601s", "never-finishes", "late-success"],
    "callbacks": [
        *["twice", "out-of-order", "before-submit-answer", "never", "late", "bad-signature", "slow-receiver"],
        *["then-poll-disagrees"],
    ],
    "downloads": ["expired-url", "download-truncated", "download-slow", "download-wrong-content-type", "range"],
    "media": [
        *["audible", "sound-missing", "wrong-size-delivered", "untold-difference", "heavy"],
        *["file-truncated", "file-corrupt", "file-without-index", "file-empty"],
    ],
    "chaos": ["chaos"],
}
"""By folder. A name that two folders would share, or that is a number, begins with the kind of its exchange."""

NAMES = [name for names in LIBRARY.values() for name in names]


def scenarios_played(source: str) -> list[str]:
    """What the tests in a module play: `@pytest.mark.veosim(scenario="stuck")` on one that takes a fixture for it."""
    played = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            given = {argument.arg for argument in node.args.args}
            marks = [match for each in node.decorator_list if (match := _MARK.fullmatch(ast.unparse(each)))]
            played += [mark[1] for mark in marks if given & {"client", "veosim"}]
    return played


_MARK = re.compile(r"pytest\.mark\.veosim\(scenario='([a-z0-9-]+)'\)")


def test_the_library_is_whole() -> None:
    """Every scenario lies in its folder, and there are no others."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in folder("scenarios").rglob("*"):
        if path.is_file():
            found[path.parent.relative_to(folder("scenarios")).as_posix()].add(path.name)
    assert found == {place: {f"{name}.yaml" for name in names} for place, names in LIBRARY.items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_says_what_it_is_about(name: str) -> None:
    """It is called like its file, and its `about` is one sentence on one line, short enough for a table."""
    scenario = load_scenario(name)
    assert scenario.scenario == name
    assert re.fullmatch(r"[A-Z][^\n]{20,120}\.", scenario.about)


def test_no_two_say_the_same() -> None:
    """Each `about` is its own."""
    abouts = {load_scenario(name).about for name in scenario_files()}
    assert len(abouts) == len(scenario_files())


def test_every_scenario_is_played() -> None:
    """Each has a test of its own over sockets, which stands in the module of its folder."""
    played = {
        path.stem.removeprefix("test_").replace("_", "-"): set(scenarios_played(path.read_text("utf-8")))
        for path in PLAYED.glob("test_*.py")
    }
    assert played == {place: set(names) for place, names in LIBRARY.items()}


def test_a_test_that_plays_nothing_does_not_count() -> None:
    """Neither a marker without a fixture that obeys it, nor a fixture without a marker."""
    mark = '@pytest.mark.veosim(scenario="stuck")\n'
    sources = [
        f"{mark}def test_it(client): ...",
        f"{mark}def test_it(veosim): ...",
        f"{mark}def test_it(tmp_path): ...",
        f"{mark}def helper(client): ...",
        "def test_it(client): ...",
    ]
    assert [scenarios_played(source) for source in sources] == [["stuck"], ["stuck"], [], [], []]
