"""The errors that people read."""

import pytest

from veosim.errors import Problem, SourceError, VeosimError, did_you_mean, near_names, shown


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("a.yaml", 3, 7, "", "the file is empty"), "a.yaml:3:7: the file is empty"),
        (Problem("a.yaml", 3, 7, "jobs[0]", "found 1"), "a.yaml:3:7: jobs[0]: found 1"),
        (Problem("a.yaml", 3, 7, "x", "found 1", "2, 3"), "a.yaml:3:7: x: found 1; allowed: 2, 3"),
        (
            Problem("a.yaml", 3, 7, "x", "found 1", hint="did you mean '2'?"),
            "a.yaml:3:7: x: found 1; did you mean '2'?",
        ),
        (Problem("a.yaml", 3, 7, "x", "found 1", "2", "2?"), "a.yaml:3:7: x: found 1; allowed: 2; 2?"),
    ],
)
def test_a_problem_is_one_line(problem: Problem, text: str) -> None:
    """Place, data path, what was found, what is allowed and a hint stand in that order, as far as they are known."""
    assert str(problem) == text


def test_a_source_error_has_a_line_per_problem() -> None:
    """All problems of a file are shown at once, and can be read as data."""
    problems = [Problem("a.yaml", 1, 1, "x", "found 1"), Problem("a.yaml", 2, 1, "y", "found 2")]
    error = SourceError(problems)
    assert (str(error), error.problems) == ("a.yaml:1:1: x: found 1\na.yaml:2:1: y: found 2", problems)
    assert isinstance(error, VeosimError)


@pytest.mark.parametrize(
    ("found", "hint"),
    [
        ("sucede", "did you mean 'succeed'?"),
        ("Fail", "did you mean 'fail'?"),
        ("zzz", ""),
        (4, ""),
        (None, ""),
        ([], ""),
    ],
)
def test_a_near_word_is_suggested(found: object, hint: str) -> None:
    """Only a word that is near enough is worth a question."""
    assert did_you_mean(found, ["succeed", "fail", "stuck"]) == hint


@pytest.mark.parametrize(
    ("names", "hint"),
    [
        (["fail", "zzz"], "did you mean 'fail'?"),
        (["fails", "fail"], "did you mean 'fail' or 'fails'?"),
        ([f"fai{char}" for char in "abcdefg"], "did you mean 'faig', 'faif', 'faie', 'faid' or 'faic'?"),
        (["zzz"], ""),
        ([], ""),
    ],
)
def test_near_names_are_suggested(names: list[str], hint: str) -> None:
    """The nearest first, and five at most."""
    assert near_names("fail", names) == hint


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "'plain'"),
        ("größe", "'größe'"),
        ("\x1b[31mred\n", r"'\x1b[31mred\n'"),
        ("\u202egnp", r"'\u202egnp'"),
        ("\ud800", r"'\ud800'"),
        (["é", "\x1b"], r"['é', '\x1b']"),
        (None, "None"),
        ("x" * 100, "'" + "x" * 78 + "…"),
    ],
)
def test_a_value_is_shown_as_one_printable_line(value: object, text: str) -> None:
    """Nothing that a terminal would obey is shown as it stands, and nothing long is shown whole."""
    assert shown(value) == text
    assert shown(value).isprintable()
