"""Which histories of a run are kept, and under which names."""

from pathlib import Path

import pytest
from tests.support.stories import TERMS, a_history, charge_of, ledger, read, refused, submit, upstream

from veocontracts.failures import failures, prepare, save_failures
from veocontracts.profiles import find_profile
from veocontracts.recording import load
from veocontracts.rules import RULES
from veocontracts.tally import Tallies
from veocontracts.verdict import Run, results
from veosim.errors import VeosimError

BILLED = a_history(
    submit(), upstream(made=False, data={"status": "error"}), read("failed", at=9, cost=6), ledger(charge_of(6), at=50)
)
TAKEN = a_history(refused(status=202), read("completed", at=9))


def run() -> Run:
    """Two histories in which something broke."""
    tallies = Tallies()
    for history in (BILLED, TAKEN):
        tallies.judge(history, [RULES["BILL-06"], RULES["ENUM-02"], RULES["ACC-01"]])
    found = results(tallies, [RULES["BILL-06"], RULES["ENUM-02"], RULES["ACC-01"]], TERMS, {})
    return Run(find_profile("reference"), TERMS, found, tallies, 0)


def test_each_line_that_broke_has_a_file(tmp_path: Path) -> None:
    """Named by its rule and part; what held has none."""
    assert failures(run()).keys() == {"BILL-06.jsonl", "ENUM-02-duration.jsonl"}
    paths = save_failures(run(), tmp_path / "new")
    assert [path.name for path in paths] == ["BILL-06.jsonl", "ENUM-02-duration.jsonl"]
    heads = [load(path).head for path in paths]
    assert [(head.rule, head.grain, head.gateway) for head in heads] == [
        ("BILL-06", "", "reference"),
        ("ENUM-02", "duration", "reference"),
    ]
    assert load(paths[0]).history == BILLED


def test_a_folder_is_made_before_it_is_needed(tmp_path: Path) -> None:
    """With its parents, and nothing in it; one that is there already stays as it is."""
    prepare(tmp_path / "a" / "b")
    prepare(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_file_is_no_folder(tmp_path: Path, place: str) -> None:
    """Neither it nor what would be below it."""
    (tmp_path / "file").touch()
    with pytest.raises(VeosimError, match=rf"^--failures .*{place}: cannot be written: it is no folder; name another"):
        prepare(tmp_path / place)
