"""Reading scenarios: by text, by file, by name, and whatever people may write."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from veosim import SourceError, VeosimError, load_scenario, parse_scenario
from veosim.resources import scenario_files

FILES = scenario_files()
TEXTS = [path.read_text("utf-8") for path in FILES.values()]
INSTANT = "scenario: instant\njobs: [{queue: 0s, run: 0s}]\n"

PIECES = st.sampled_from(
    [
        *[":", " ", "\n", "  - ", "{", "}", "[", "]", "&a ", "*a", "!!int ", "!x ", "%YAML 9.9\n", "---\n", "...\n"],
        *["|", ">", '"', "'", "\\", '"\\x', '"\\uD800"', '"\\UFFFFFFFF"', "\t", "\r", "\ufeff", "\u2028", "\x00"],
        *["\x85", "#", "? ", "<<: ", "~", "yes", "1e999", "-0", "9" * 400, "0x1", "1:30", "5", "5s", "true", "null"],
        *[
            "extends: stuck\n",
            "extends: ",
            "- include: one-503\n",
            "{include: ",
            "limits: {",
            "share: 5%",
            "nth: 2..",
            "&a [*a]",
        ],
        *[
            "{p50: 1s, p99: 9s}",
            "{median: 1s, sigma: 2}",
            "dialects: [",
            "9" * 10_000,
            "[" * 50,
            "{a: " * 400,
            "../a.yaml",
        ],
        *["when: ", "after: 1s", "outcome: stuck", "run: {uniform: [1s, 2s]}", "nth: ", "break: hang", "ä", "😀"],
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A shipped scenario with a few pieces cut out, doubled or put in."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 30)))
        new = draw(PIECES | st.text(max_size=5) | st.just(text[start:end] * 2))
        text = text[:start] + new + text[end:]
    return text


def read_anything(text: str) -> None:
    """The outcome is a scenario, or an error whose every line has a place in the file, or in one that it extends."""
    refusal = None
    try:
        parse_scenario(text, "f.yaml").model_dump_json().encode()
    except SourceError as error:
        refusal = error
    if refusal is not None:
        lines = text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + text.count("\u2029")
        places = [(problem.line, problem.column) for problem in refusal.problems if problem.source == "f.yaml"]
        assert refusal.problems
        assert all(1 <= line <= lines + 1 and column >= 1 for line, column in places)
        assert places == sorted(places)
        assert all(problem.message.isprintable() and str(problem).isprintable() for problem in refusal.problems)


@given(mutated())
@settings(max_examples=500, deadline=None)
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    """No text makes the loader fail in another way."""
    read_anything(text)


@pytest.mark.prove
@given(mutated() | st.text())
@settings(max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_written_is_read_or_refused_at_length(text: str) -> None:
    """The same, many times over."""
    read_anything(text)


@pytest.mark.parametrize("name", FILES)
def test_every_shipped_scenario_is_sound(name: str) -> None:
    """It loads, is called like its file, says in one line what it is about, and lies in a folder of the library."""
    scenario = load_scenario(name)
    assert scenario.scenario == name
    assert re.fullmatch(r"[A-Z].*\.", scenario.about)
    assert FILES[name].parents[1].name == "scenarios"


def test_a_file_is_told_from_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A suffix or a slash makes a file; anything else is the name of a shipped scenario."""
    for name in ("mine.yaml", "mine.yml", "stuck"):
        (tmp_path / name).write_text(INSTANT, "utf-8")
    monkeypatch.chdir(tmp_path)
    instant = parse_scenario(INSTANT)
    found = [load_scenario(name) for name in ("mine.yaml", "mine.yml", tmp_path / "stuck", str(tmp_path / "stuck"))]
    assert found == [instant] * 4
    assert load_scenario("./stuck") == instant
    assert load_scenario("stuck").scenario == "stuck"


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    """People mistype names as well as keys."""
    with pytest.raises(
        VeosimError,
        match=r"^no shipped scenario is called 'moderate'; did you mean 'moderated'.*\? `veosim scenario list` ",
    ):
        load_scenario("moderate")


def test_a_wrong_file_is_named_as_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is the user's own, so that an editor can jump to it."""
    (tmp_path / "mine.yaml").write_text("scenario: x\nseed: now\n", "utf-8")
    (tmp_path / "latin.yaml").write_bytes(b"about: gr\xf6\xdfe\n")
    (tmp_path / "folder.yaml").mkdir()
    monkeypatch.chdir(tmp_path)
    found = []
    for name in ("mine.yaml", "latin.yaml", "folder.yaml", "absent.yaml"):
        with pytest.raises(SourceError) as refusal:
            load_scenario(name)
        found.append(str(refusal.value))
    assert found == [
        "mine.yaml:2:7: seed: found 'now'; allowed: a whole number",
        "latin.yaml:1:1: is not UTF-8 text",
        "folder.yaml:1:1: cannot be read: Is a directory",
        "absent.yaml:1:1: cannot be read: No such file or directory",
    ]


def test_text_without_a_file_is_named_as_such() -> None:
    """A scenario in a test has a place as well."""
    with pytest.raises(SourceError, match=r"^<scenario>:1:1: the key 'scenario' is missing$"):
        parse_scenario("about: x\n")
