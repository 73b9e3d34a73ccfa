"""The file of known failures: what is read, and what is refused with its place and the fix."""

from datetime import date
from pathlib import Path

import pytest

from veocontracts.known_failures.file import Known, load_known_failures
from veosim import SourceError

RULE = "a rule's id, with its part where it has parts: BILL-06, or ENUM-02[duration]"
SIGNATURE = "the 8 letters that the report shows with the failure, or a list of them"
ISSUE = 'where it is tracked: a URL, or an id such as PAY-123, or "#123" in quotes'
DAY = "the last day on which the failure may stay, as 2026-12-31"
TWO = """\
# what we know
known_failures: 1
entries:
  - rule: BILL-06
    signature: kmfsdsmd
    reason: "Refunds are made at night. "
    issue: https://tracker.example/PAY/17
    expires: 2026-12-31
  - rule: ENUM-02[duration]
    signature:
      - bcdfghjk
      - lmnpqrst
    reason: the app's old versions say 4S
    issue: "#42"
    expires: 2027-02-28
"""


def load(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Known, ...]:
    """Read a text as the file `known.yaml`."""
    monkeypatch.chdir(folder)
    Path("known.yaml").write_text(text)
    return load_known_failures("known.yaml")


def test_each_signature_is_known_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the line in which it stands, since each may have to go by itself."""
    day, old = date(2027, 2, 28), "the app's old versions say 4S"
    assert load(tmp_path, TWO, monkeypatch) == (
        Known(
            "BILL-06",
            "kmfsdsmd",
            "Refunds are made at night.",
            "https://tracker.example/PAY/17",
            date(2026, 12, 31),
            "known.yaml",
            4,
        ),
        Known("ENUM-02[duration]", "bcdfghjk", old, "#42", day, "known.yaml", 11),
        Known("ENUM-02[duration]", "lmnpqrst", old, "#42", day, "known.yaml", 12),
    )


def test_nothing_may_be_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that has become empty is right."""
    assert load(tmp_path, "known_failures: 1\nentries: []\n", monkeypatch) == ()


@pytest.mark.parametrize(
    ("old", "new", "place", "problem"),
    [
        ("rule: BILL-06", "rule: bill-6", "4:11: entries[0].rule", f"found 'bill-6'; allowed: {RULE}"),
        ("rule: BILL-06", "rule: BILL-06[]", "4:11: entries[0].rule", f"found 'BILL-06[]'; allowed: {RULE}"),
        ("kmfsdsmd", "12345678", "5:16: entries[0].signature", f"found 12345678; allowed: {SIGNATURE}"),
        ("kmfsdsmd", "kmfsdsm", "5:16: entries[0].signature", f"found 'kmfsdsm'; allowed: {SIGNATURE}"),
        ("kmfsdsmd", "[]", "5:16: entries[0].signature", f"the list is empty; allowed: {SIGNATURE}"),
        ("- bcdfghjk", "- TODO", "11:7: entries[1].signature", f"found 'TODO'; allowed: {SIGNATURE}"),
        ('"#42"', "soon", "14:12: entries[1].issue", f"found 'soon'; allowed: {ISSUE}"),
        ('"#42"', "42", "14:12: entries[1].issue", f"found 42; allowed: {ISSUE}"),
        ('"#42"', "PAY 42", "14:12: entries[1].issue", f"found 'PAY 42'; allowed: {ISSUE}"),
        ('"#42"', "https://tracker.example", "14:12: entries[1].issue", f"allowed: {ISSUE}"),
        ("2027-02-28", "2027-02-29", "15:14: entries[1].expires", f"found '2027-02-29'; allowed: {DAY}"),
        ("2027-02-28", "20270228", "15:14: entries[1].expires", f"found 20270228; allowed: {DAY}"),
        ("2027-02-28", "'20270228'", "15:14: entries[1].expires", f"found '20270228'; allowed: {DAY}"),
        ("2027-02-28", "never", "15:14: entries[1].expires", f"found 'never'; allowed: {DAY}"),
        ("expires: 2027", "expiry: x\n    expires: 2027", "15:5: entries[1].expiry", "did you mean 'expires'?"),
        ('    issue: "#42"\n', "", "9:5: entries[1]", "the key 'issue' is missing"),
        ('"#42"', "#42", "14:11: entries[1].issue", "is not filled in"),
        ("known_failures: 1", "known_failures: 2", "2:17: known_failures", "found 2"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    old: str, new: str, place: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File, line, the value found, and what would be right."""
    assert TWO.count(old) == 1
    with pytest.raises(SourceError) as caught:
        load(tmp_path, TWO.replace(old, new), monkeypatch)
    assert str(caught.value).startswith(f"known.yaml:{place}: ")
    assert problem in str(caught.value)


@pytest.mark.parametrize("left", ["", "''", "null", '"TODO: why it may stay for now"', "todo", "' '"])
@pytest.mark.parametrize(
    ("key", "line", "allowed"),
    [
        ("reason", 6, "why this failure may stay for now"),
        ("issue", 7, ISSUE),
        ("expires", 8, DAY),
        ("rule", 4, RULE),
    ],
)
def test_what_is_left_to_be_filled_in_is_refused(
    key: str, line: int, allowed: str, left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draft is no excuse: each value that nobody wrote is named with its line."""
    lines = TWO.splitlines()
    lines[line - 1] = f"{lines[line - 1].partition(':')[0]}: {left}"
    with pytest.raises(SourceError) as caught:
        load(tmp_path, "\n".join(lines), monkeypatch)
    (problem,) = caught.value.problems
    assert (problem.line, problem.where) == (line, f"entries[0].{key}")
    assert (problem.message, problem.allowed) == ("is not filled in", allowed)


def test_the_last_days_of_months_are_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The 29th of February is one in a leap year."""
    known = load(tmp_path, TWO.replace("2027-02-28", "2028-02-29"), monkeypatch)
    assert known[-1].expires == date(2028, 2, 29)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """As any other file."""
    with pytest.raises(SourceError) as caught:
        load_known_failures(tmp_path / "none.yaml")
    assert str(caught.value) == f"{tmp_path}/none.yaml:1:1: cannot be read: No such file or directory"
