"""Scenarios built on others: what is taken over, what is replaced, and where mistakes are found."""

from pathlib import Path
from typing import Any

import pytest

from veosim import Scenario, SourceError, load_scenario, parse_scenario
from veosim.resources import scenario_files
from veosim.scenario.extend import DEEPEST, composed
from veosim.yamlfile import NODE_LIMIT, Tree, read_tree

BASE = """\
scenario: base
about: The base.
seed: 7
callbacks:
  copies: 2
  delay: {uniform: [1s, 2s]}
jobs:
  - {when: {nth: 1}, outcome: stuck}
  - {run: 9s}
exchanges:
  submit:
    - {delay: 1s}
  poll:
    - {when: {nth: 1}, delay: 1s}
    - {when: {nth: 2}, delay: 2s}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of our own, with a base in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text(BASE, "utf-8")
    return tmp_path


def data(text: str) -> Any:
    """What is left of a file once everything that it is built on is in it."""
    return composed(read_tree(text, "mine.yaml"), trusted_paths=True).data


def problems(name: str) -> str:
    """What is wrong with a file."""
    with pytest.raises(SourceError) as refusal:
        load_scenario(name)
    return str(refusal.value)


def test_what_a_scenario_does_not_say_its_base_says(folder: Path) -> None:
    """Mappings are merged by key; lists and drawn times are replaced whole."""
    found = data(
        "scenario: mine\nextends: base.yaml\njobs: [{after: 1s}]\nexchanges: {poll: []}\n"
        "callbacks: {delay: {p50: 1s, p99: 9s}, sign: bad}\n"
    )
    assert found == {
        "scenario": "mine",
        "about": "The base.",
        "seed": 7,
        "callbacks": {"copies": 2, "delay": {"p50": "1s", "p99": "9s"}, "sign": "bad"},
        "jobs": [{"after": "1s"}],
        "exchanges": {"submit": [{"delay": "1s"}], "poll": []},
        "extends": "base.yaml",
    }


def test_a_scenario_may_take_over_everything(folder: Path) -> None:
    """Then it is the base under another name."""
    (folder / "mine.yaml").write_text("scenario: mine\nextends: base.yaml\n", "utf-8")
    expected = load_scenario("base.yaml").model_copy(update={"scenario": "mine", "extends": "base.yaml"})
    assert load_scenario("mine.yaml") == expected


@pytest.mark.parametrize("name", scenario_files())
def test_every_shipped_scenario_is_a_base(name: str) -> None:
    """By its name, from text as from a file."""
    base = load_scenario(name)
    found = parse_scenario(f"scenario: mine\nextends: {name}\nseed: 9\n")
    assert found == base.model_copy(update={"scenario": "mine", "extends": name, "seed": 9})


def test_a_list_may_take_over_anothers_entries(folder: Path) -> None:
    """An include stands for the entries of the same kind, in their place among the others."""
    found = data(
        "scenario: mine\nexchanges:\n  poll:\n    - {when: {nth: 9}, delay: 9s}\n    - include: base.yaml\n"
        "    - {delay: 4s}\n  submit: [{include: reset-after-accept}]\n"
    )
    assert found["exchanges"] == {
        "poll": [
            {"when": {"nth": 9}, "delay": "9s"},
            {"when": {"nth": 1}, "delay": "1s"},
            {"when": {"nth": 2}, "delay": "2s"},
            {"delay": "4s"},
        ],
        "submit": [{"when": {"nth": 1}, "accept": True, "break": "reset"}],
    }


def test_bases_and_includes_nest(folder: Path) -> None:
    """A base may have a base, and what is included is whole itself; a path begins at its file."""
    (folder / "deep").mkdir()
    (folder / "deep" / "middle.yaml").write_text("extends: ../base.yaml\nseed: 8\nabout: Middle.\n", "utf-8")
    (folder / "deep" / "side.yaml").write_text("extends: middle.yaml\nscenario: side\n", "utf-8")
    found = data("extends: deep/middle.yaml\nexchanges: {poll: [{include: deep/side.yaml}]}\n")
    assert (found["scenario"], found["seed"], found["about"]) == ("base", 8, "Middle.")
    assert [entry["delay"] for entry in found["exchanges"]["poll"]] == ["1s", "2s"]


KEYS = ", ".join(Scenario.model_fields)
UNITS = "is not a duration; allowed: a number with a unit: 250ms, 90s, 4m, 48h; did you mean"
BY = "taken over by mine.yaml:3:10"


def test_a_mistake_is_found_in_the_file_that_holds_it(folder: Path) -> None:
    """Each with its own line and column, the file's own first, and both files are named."""
    (folder / "base.yaml").write_text("scenario: base\njobs:\n  - run: 1\ncallbacks:\n  delay: 1s\n", "utf-8")
    mine = "scenario: mine\n\nextends: base.yaml\ncallbacks: {copies: 0}\nsede: 1\n"
    (folder / "mine.yaml").write_text(mine, "utf-8")
    assert problems("mine.yaml").splitlines() == [
        f"mine.yaml:5:1: sede: unknown key 'sede'; allowed: {KEYS}; did you mean 'seed'?; it extends base.yaml",
        f"base.yaml:3:10: jobs[0].run: 1 {UNITS} '1s'?; {BY}",
        f"base.yaml:5:10: callbacks.delay: 'copies: 0' sends nothing, so 'delay' says nothing; {BY}",
    ]


def test_a_mistake_in_an_included_entry_is_found_where_it_stands(folder: Path) -> None:
    """However far its place in the list has moved."""
    side = "exchanges:\n  poll:\n    - {when: {nth: 1}, delay: 1s}\n    - delay: 4\n"
    mine = "scenario: mine\nexchanges:\n  poll:\n    - {when: {nth: 7}, delay: 1s}\n    - include: side.yaml\n"
    (folder / "side.yaml").write_text(side, "utf-8")
    (folder / "mine.yaml").write_text(f"{mine}    - delay: 5\n", "utf-8")
    assert problems("mine.yaml").splitlines() == [
        f"mine.yaml:6:14: exchanges.poll[3].delay: 5 {UNITS} '5s'?",
        f"side.yaml:4:14: exchanges.poll[2].delay: 4 {UNITS} '4s'?; included by mine.yaml:5:16",
    ]


CIRCLE = "the scenarios go round in a circle: mine.yaml -> "
TAKEN = "taken over by mine.yaml:1:10"
POLL = "exchanges: {{poll: [{{include: {}}}]}}"
PLACE = "1:30: exchanges.poll[0].include"
EMPTY = "not YAML: expected the node content, but found '<stream end>'"
ALONE = "'include' stands for a whole list, so 'delay' beside it says nothing"
BACK = f"{CIRCLE}other.yaml -> mine.yaml"


@pytest.mark.parametrize(
    ("mine", "other", "expected"),
    [
        ("extends: mine.yaml", "", f"mine.yaml:1:10: extends: {CIRCLE}mine.yaml"),
        ("extends: other.yaml", "extends: mine.yaml", f"other.yaml:1:10: extends: {BACK}; {TAKEN}"),
        (
            POLL.format("other.yaml"),
            POLL.format("mine.yaml"),
            f"other.yaml:{PLACE}: {BACK}; included by mine.yaml:1:30",
        ),
        ("extends: gone.yaml", "", f"gone.yaml:1:1: cannot be read: No such file or directory; {TAKEN}"),
        ("extends: other.yaml", "x: [", f"other.yaml:2:1: {EMPTY}; {TAKEN}"),
        ("extends: other.yaml", "- x", f"other.yaml:1:1: found ['x']; allowed: a mapping; {TAKEN}"),
        (
            "extends: /etc/a.yaml",
            "",
            "mine.yaml:1:10: extends: found '/etc/a.yaml'; allowed: a path relative to this file",
        ),
        ("extends: 5\nscenario: x", "", "mine.yaml:1:10: extends: found 5; allowed: text, in quotes if need be"),
        (POLL.format("instant"), "", f"mine.yaml:{PLACE}: 'instant' has no entries under exchanges.poll"),
        (POLL.format(5), "", f"mine.yaml:{PLACE}: found 5; allowed: the name of a scenario"),
        (POLL.format("one-503, delay: 1s"), "", f"mine.yaml:1:46: exchanges.poll[0].delay: {ALONE}"),
    ],
)
def test_what_cannot_be_built_is_refused(folder: Path, mine: str, other: str, expected: str) -> None:
    """With the chain, the file and the fix."""
    (folder / "mine.yaml").write_text(f"{mine}\n", "utf-8")
    (folder / "other.yaml").write_text(f"{other}\n", "utf-8")
    assert problems("mine.yaml") == expected


def test_a_name_that_nothing_has_is_answered_with_the_nearest() -> None:
    """As on the command line."""
    with pytest.raises(SourceError) as refusal:
        parse_scenario("extends: stcuk\n", "f.yaml")
    unknown = "no shipped scenario is called 'stcuk'"
    hint = "did you mean 'stuck'? `veosim scenario list` shows all that ship"
    assert str(refusal.value) == f"f.yaml:1:10: extends: {unknown}; {hint}"


def test_a_chain_is_bounded(folder: Path) -> None:
    """Eight scenarios may stand behind one; one more is refused with the whole chain."""
    for number in range(DEEPEST + 1):
        (folder / f"s{number}.yaml").write_text(f"scenario: s{number}\nextends: s{number + 1}.yaml\n", "utf-8")
    (folder / f"s{DEEPEST + 1}.yaml").write_text("seed: 1\n", "utf-8")
    assert load_scenario("s1.yaml").seed == 1
    chain = " -> ".join(f"s{number}.yaml" for number in range(DEEPEST + 2))
    assert problems("s0.yaml") == (
        f"s8.yaml:2:10: extends: more than 8 scenarios stand behind this one: {chain}; taken over by s7.yaml:2:10"
    )


@pytest.mark.parametrize("name", ["./base.yaml", "base.yaml", "../x", "a\\b", "/etc/passwd"])
@pytest.mark.parametrize("text", ["extends: {}", "exchanges: {{poll: [{{include: {}}}]}}"])
def test_text_that_was_sent_reads_no_files(folder: Path, text: str, name: str) -> None:
    """A path is followed from a file that somebody loaded, and from nowhere else."""
    with pytest.raises(SourceError) as refusal:
        parse_scenario(text.format(name), "upload")
    [problem] = refusal.value.problems
    assert problem.message == f"found {name!r}: paths are followed from files only"
    assert problem.allowed == "the name of a shipped scenario"


def test_growth_is_bounded(folder: Path) -> None:
    """Files that include each other's lists many times over come to nothing, and soon."""
    entry = "{when: {nth: 1}, delay: 1s}"
    (folder / "s0.yaml").write_text(f"exchanges: {{poll: [{', '.join([entry] * 1000)}]}}\n", "utf-8")
    for number in range(3):
        text = f"exchanges: {{poll: [{', '.join([f'{{include: s{number}.yaml}}'] * 30)}]}}\n"
        (folder / f"s{number + 1}.yaml").write_text(text, "utf-8")
    assert problems("s3.yaml").startswith("s0.yaml:1:")
    assert f"more than {NODE_LIMIT} values, with all that is taken over" in problems("s3.yaml")


def test_a_mapping_made_in_code_extends_as_well() -> None:
    """It has no places, and so every fault stands at 1:1."""
    tree = composed(Tree("<dict>", {"scenario": "mine", "extends": "stuck", "seed": 3}), trusted_paths=False)
    assert tree.data["jobs"] == [{"outcome": "stuck"}]
    assert tree.problem(("seed",), "x").line == 1


def test_what_stands_alone_is_left_as_it_is() -> None:
    """Nothing is copied where nothing is taken over."""
    tree = read_tree(BASE, "f.yaml")
    assert composed(tree, trusted_paths=False) is tree
