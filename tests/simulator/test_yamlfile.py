"""YAML that people write: how it is read, and how its faults are named."""

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Discriminator, Field, Tag

from veosim.errors import Problem, SourceError
from veosim.units import Duration
from veosim.yamlfile import (
    DEPTH_LIMIT,
    NODE_LIMIT,
    PROBLEM_LIMIT,
    SIZE_LIMIT,
    Strict,
    Tree,
    check,
    load,
    read_file,
    read_tree,
    show_path,
)


class Leaf(Strict):
    """A mapping in a list, in a mapping, and alone."""

    word: Literal["red", "green"] = "red"
    time: Duration = 0
    from_: str | None = Field(default=None, alias="from")


class Left(Strict):
    """One form of a value."""

    left: float


def _form(value: object) -> str:
    return "l" if isinstance(value, dict) and "left" in value else "r"


class Root(Strict):
    """A file."""

    name: str
    count: int | None = Field(default=None, ge=1)
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = Field(default=(), strict=False)
    named: dict[str, Leaf] = Field(default_factory=dict)
    either: Annotated[Annotated[Left, Tag("l")] | Annotated[Leaf, Tag("r")], Discriminator(_form)] | None = None


def faults(text: str) -> list[str]:
    """What is wrong with a file, line by line."""
    with pytest.raises(SourceError) as refusal:
        check(Root, read_tree(text, "f.yaml"))
    assert str(refusal.value) == "\n".join(map(str, refusal.value.problems))
    return str(refusal.value).splitlines()


@pytest.mark.parametrize(
    ("written", "data"),
    [
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("16:9", "16:9"),
        ("9:16", "9:16"),
        ("1:30:00", "1:30:00"),
        ("2026-04-27", "2026-04-27"),
        ("0x1F", "0x1F"),
        (".inf", ".inf"),
        ("010", 10),
        ("08", 8),
        ("-5", -5),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("true", True),
        ("null", None),
        ("", None),
        ("'true'", "true"),
        ('"4"', "4"),
        ("!!str 4", "4"),
        ("9" * 301, "9" * 301),
        ("1." + "0" * 301, "1." + "0" * 301),
        ("[a, {b: 1}]", ["a", {"b": 1}]),
    ],
)
def test_plain_words_mean_what_people_mean(written: str, data: object) -> None:
    """Words stay words, ratios and dates stay text, and a number is decimal (YAML 1.2)."""
    tree = read_tree(f"key: {written}\n", "f.yaml")
    assert (tree.data, type(tree.data["key"])) == ({"key": data}, type(data))


def test_a_tree_knows_where_everything_stands() -> None:
    """Lines and columns begin at 1, for keys and for values."""
    tree = read_tree("a: 1\nb:\n  - c: x\n  - [y, z]\n", "f.yaml")
    assert tree.values == {
        (): (1, 1), ("a",): (1, 4), ("b",): (3, 3), ("b", 0): (3, 5), ("b", 0, "c"): (3, 8),
        ("b", 1): (4, 5), ("b", 1, 0): (4, 6), ("b", 1, 1): (4, 9),
    }  # fmt: skip
    assert tree.keys == {("a",): (1, 1), ("b",): (2, 1), ("b", 0, "c"): (3, 5)}


def test_an_alias_is_read_as_what_it_stands_for() -> None:
    """A piece can be written once and used twice."""
    assert read_tree("a: &x {n: 1}\nb: *x\n", "f.yaml").data == {"a": {"n": 1}, "b": {"n": 1}}


MERGE = "the merge key '<<' is not read: write its keys out, or use an alias for a whole value"
PYTHON = "tag:yaml.org,2002:python/"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcde", "bcdef", strict=True)
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1: the file is empty"),
        ("# only a remark\n", "1:1: the file is empty"),
        ("a:\n\t- b\n", r"2:1: not YAML: found character '\t' that cannot start any token"),
        ("a: 1\n---\na: 2\n", "2:1: not YAML: but found another document"),
        ("a: 1\nb: 2\na: 3\n", "3:1: the key 'a' stands twice, first in line 1"),
        ("x:\n  - {a: 1, a: 1}\n", "2:12: x[0]: the key 'a' stands twice, first in line 2"),
        ("a: *nobody\n", "1:4: not YAML: found undefined alias 'nobody'"),
        ("a: [1\n", "2:1: not YAML: expected ',' or ']', but got '<stream end>'"),
        ("a: !!python/object:os.system x\n", f"1:4: a: the tag '{PYTHON}object:os.system' is not allowed"),
        ("a: !!python/object/apply:a.b [x]\n", f"1:4: a: the tag '{PYTHON}object/apply:a.b' is not allowed"),
        ("a: !!set {x: 1}\n", "1:4: a: the tag 'tag:yaml.org,2002:set' is not allowed"),
        ("a: !%1b[31m x\n", r"1:4: a: the tag '!\x1b[31m' is not allowed"),
        ("a: !!int x\n", "1:4: a: 'x' is no value"),
        ("a: !!bool on\n", "1:4: a: 'on' is no value"),
        ('a: "\\ud800"\n', r"1:4: a: '\ud800' is no value"),
        ('a: "\\U00110000"\n', "1:1: not YAML: an escape names no character"),
        ('a: "\\UFFFFFFFF"\n', "1:1: not YAML: an escape names no character"),
        ("a: 1\nb: x\x00y\n", "2:5: not YAML: the character U+0000 is not allowed"),
        ("\x1b", "1:1: not YAML: the character U+001B is not allowed"),
        ("? [a]\n: b\n", "1:3: a key must be a plain word"),
        ('a: {"\\e[31m": 1}\n', "1:5: a: a key must be a plain word"),
        ("a: !!map x\n", "1:4: a: 'x' is no value"),
        ("a: &x {n: 1}\nb: {<<: *x}\n", f"2:5: b: {MERGE}"),
        ('"<<": {}\n', f"1:1: {MERGE}"),
        ("- a\n" * 200_000, f"100000:3: more than {NODE_LIMIT} values"),
        (BOMB, f"1:24: more than {NODE_LIMIT} values, aliases counted"),
        ("a: &a [*a]\n", f"1:4: nested deeper than {DEPTH_LIMIT}, aliases counted"),
        ("[" * 60 + "]" * 60, f"1:{DEPTH_LIMIT + 2}: nested deeper than {DEPTH_LIMIT}, aliases counted"),
        ("[" * 5_000, f"1:1: nested deeper than {DEPTH_LIMIT}"),
        ("a" * (SIZE_LIMIT + 1), f"1:1: the file is larger than {SIZE_LIMIT} characters"),
    ],
    ids=range(30),
)  # fmt: skip
def test_what_is_no_plain_yaml_is_refused_at_its_place(text: str, problem: str) -> None:
    """Nothing is constructed, nothing grows without bound, and the first fault is named."""
    with pytest.raises(SourceError) as refusal:
        read_tree(text, "f.yaml")
    assert str(refusal.value) == f"f.yaml:{problem}"


def test_depth_is_bounded_exactly() -> None:
    """As many levels as the limit are read."""
    text = "[" * DEPTH_LIMIT + "x" + "]" * DEPTH_LIMIT
    data: Any = read_tree(text, "f.yaml").data
    for _ in range(DEPTH_LIMIT):
        (data,) = data
    assert data == "x"


ROOT_KEYS = "allowed: name, count, leaf, leaves, named, either"
LEAF_KEYS = "word, time, from"
UNITS = "allowed: a number with a unit: 250ms, 90s, 4m, 48h"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("zz: 1", f"2:1: zz: unknown key 'zz'; {ROOT_KEYS}"),
        ("cuont: 1", f"2:1: cuont: unknown key 'cuont'; {ROOT_KEYS}; did you mean 'count'?"),
        ("leaf: {wrod: red}", f"2:8: leaf.wrod: unknown key 'wrod'; allowed: {LEAF_KEYS}; did you mean 'word'?"),
        (
            "leaves: [{form: x}]",
            f"2:11: leaves[0].form: unknown key 'form'; allowed: {LEAF_KEYS}; did you mean 'from'?",
        ),
        ("named: {word: {x: 1}}", f"2:16: named.word.x: unknown key 'x'; allowed: {LEAF_KEYS}"),
        ("leaf: {word: gren}", "2:14: leaf.word: found 'gren'; allowed: red, green; did you mean 'green'?"),
        ("leaf: {word: 7}", "2:14: leaf.word: found 7; allowed: red, green"),
        ("leaf: {time: 12}", f"2:14: leaf.time: 12 is not a duration; {UNITS}; did you mean '12s'?"),
        ("leaf: {time: 3 sec}", f"2:14: leaf.time: '3 sec' is not a duration; {UNITS}"),
        ("leaf: {from: 3}", "2:14: leaf.from: found 3; allowed: text, in quotes if need be"),
        ("count: x", "2:8: count: found 'x'; allowed: a whole number"),
        ("count: 0", "2:8: count: found 0: input should be greater than or equal to 1"),
        ("leaf: []", "2:7: leaf: found []; allowed: a mapping"),
        ("leaves: 1", "2:9: leaves: found 1; allowed: a list"),
        ("named: 2", "2:8: named: found 2; allowed: a mapping"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(line: str, expected: str) -> None:
    """File, line, column, place, value found, values allowed, and a hint where a word is near."""
    assert faults(f"name: a\n{line}\n") == [f"f.yaml:{expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("count: 1\n", "1:1: the key 'name' is missing"), ("- a\n", "1:1: found ['a']; allowed: a mapping")],
)
def test_a_file_that_is_something_else_is_refused_at_its_beginning(text: str, expected: str) -> None:
    """What is missing has no place of its own."""
    assert faults(text) == [f"f.yaml:{expected}"]


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    """An unknown key hides nothing, neither below it nor beside it."""
    text = "name: a\nzz: 1\nleaves:\n  - word: blue\n    tmie: 1s\nleaf: {from: 3, xx: 1}\ncount: 0\n"
    places = [line.split(": ")[0] + " " + line.split(": ")[1] for line in faults(text)]
    assert places == [
        "f.yaml:2:1 zz",
        "f.yaml:4:11 leaves[0].word",
        "f.yaml:5:5 leaves[0].tmie",
        "f.yaml:6:14 leaf.from",
        "f.yaml:6:17 leaf.xx",
        "f.yaml:7:8 count",
    ]


def test_the_number_of_problems_is_bounded() -> None:
    """A file of nothing but mistakes is answered with the first hundred, and with how many more there are."""
    text = "name: a\n" + "".join(f"k{number}: 1\n" for number in range(PROBLEM_LIMIT + 7))
    found = faults(text)
    assert len(found) == PROBLEM_LIMIT + 1
    assert found[-1] == f"f.yaml:{PROBLEM_LIMIT + 1}:1: and 7 problems more"


def test_a_key_of_another_form_is_told_from_an_unknown_one() -> None:
    """What would be right elsewhere is not called unknown here."""
    assert faults("name: a\neither: {left: 1, word: red}\n") == [
        "f.yaml:2:19: either.word: 'word' does not go with the keys beside it"
    ]


def test_numbers_are_finite() -> None:
    """What is too large for a number is none."""
    assert faults("name: a\neither: {left: 1e999}\n") == [
        "f.yaml:2:16: either.left: found inf: input should be a finite number"
    ]


def test_a_value_from_another_file_keeps_its_place() -> None:
    """The nearest place above it says which file; each file has its note, and the tree's own problems come first."""
    tree = read_tree("name: a\ncount: 0\n", "own.yaml")
    tree.data["leaf"] = {"word": "blue"}
    tree.values["leaf",], tree.origins["leaf",] = (1, 7), "other.yaml"
    tree.notes |= {"other.yaml": "taken over by own.yaml:2:1"}
    with pytest.raises(SourceError) as refusal:
        check(Root, tree)
    assert str(refusal.value).splitlines() == [
        "own.yaml:2:8: count: found 0: input should be greater than or equal to 1",
        "other.yaml:1:7: leaf.word: found 'blue'; allowed: red, green; taken over by own.yaml:2:1",
    ]


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    """What shows that it is too large is enough."""
    path = tmp_path / "large.yaml"
    path.write_text("a: " + "x" * 2 * SIZE_LIMIT, "utf-8")
    assert len(read_file(path)) == SIZE_LIMIT + 1
    with pytest.raises(SourceError, match=rf":1:1: the file is larger than {SIZE_LIMIT} characters$"):
        load(Root, path)


def test_data_without_a_file_has_one_place() -> None:
    """A mapping made in code is checked alike; every fault stands at 1:1."""
    with pytest.raises(SourceError) as refusal:
        check(Root, Tree("<dict>", {"name": "a", "leaf": {"wrod": 1}}))
    unknown = Problem("<dict>", 1, 1, "leaf.wrod", "unknown key 'wrod'", LEAF_KEYS, "did you mean 'word'?")
    assert refusal.value.problems == [unknown]


def test_a_file_is_mended_before_it_is_checked(tmp_path: Path) -> None:
    """Data can be filled in while its places are kept."""
    path = tmp_path / "f.yaml"
    path.write_text("name: ${NAME}\n", "utf-8")

    def mend(tree: Tree) -> None:
        tree.data["name"] = "filled in"

    assert load(Root, path, mend) == Root(name="filled in")


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    """Absent, a folder, or not UTF-8: the file's name comes with the reason."""
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"name: gr\xf6\xdfe\n")
    found = {}
    for path in (tmp_path / "absent.yaml", tmp_path, latin):
        with pytest.raises(SourceError) as refusal:
            read_file(path)
        found[path.name] = str(refusal.value).removeprefix(f"{path}:1:1: ")
    assert found == {
        "absent.yaml": "cannot be read: No such file or directory",
        tmp_path.name: "cannot be read: Is a directory",
        "latin.yaml": "is not UTF-8 text",
    }


@pytest.mark.parametrize(
    ("path", "text"), [((), ""), (("jobs",), "jobs"), (("jobs", 0, "run"), "jobs[0].run"), ((0, 1, "a"), "[0][1].a")]
)
def test_a_path_is_shown_as_it_would_be_written(path: tuple[str | int, ...], text: str) -> None:
    """Keys are joined by dots, and entries of lists stand in brackets."""
    assert show_path(path) == text
