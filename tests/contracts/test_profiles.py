"""Bundled profiles and files, and the reference gateway with a defect switched on."""

from pathlib import Path

import pytest

from veocontracts.profiles import BUNDLED, find_profile, with_mutant
from veosim import VeosimError


@pytest.mark.parametrize("name", sorted(BUNDLED))
def test_every_bundled_profile_loads_without_an_environment(name: str) -> None:
    """Who has just installed the suite can use them; each is named as in the command."""
    assert find_profile(name).gateway.name == name


def test_a_bundled_name_comes_before_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`reference` is the suite's own, wherever the command is run."""
    (tmp_path / "reference").write_text("profile: 7\n")
    monkeypatch.chdir(tmp_path)
    assert find_profile("reference").gateway.name == "reference"


def test_any_other_name_is_a_file(tmp_path: Path) -> None:
    """A path is read as it is."""
    path = tmp_path / "mine.yaml"
    path.write_text(BUNDLED["reference"].read_text().replace("name: reference", "name: mine"))
    assert find_profile(str(path)).gateway.name == "mine"


def test_a_misspelt_bundled_name_is_recognised() -> None:
    """A name near a bundled one gets a did-you-mean instead of a missing file."""
    with pytest.raises(VeosimError) as caught:
        find_profile("refrence")
    assert str(caught.value) == "no file and no bundled profile is called 'refrence'; did you mean 'reference'?"


def test_a_waived_rule_must_exist(tmp_path: Path) -> None:
    """A typo in a waiver cannot go unseen: the build would stay red, or go green for another reason."""
    path = tmp_path / "mine.yaml"
    path.write_text(BUNDLED["reference"].read_text() + "waive: {BILL-9: in-band only}\n")
    with pytest.raises(VeosimError) as caught:
        find_profile(str(path))
    assert str(caught.value) == f"{path}: waive: no rule is called 'BILL-9'; did you mean 'BILL-09'?"


def test_the_known_failures_lie_beside_the_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative name starts at the profile's folder, an absolute one stays; the command's folder does not matter."""
    (tmp_path / "deep").mkdir()
    path = tmp_path / "deep" / "mine.yaml"
    monkeypatch.chdir(tmp_path)
    for named, found in (("known.yaml", "deep/known.yaml"), ("../known.yaml", "deep/../known.yaml"), ("/k", "/k")):
        path.write_text(BUNDLED["reference"].read_text() + f"known_failures: {named}\n")
        assert find_profile("deep/mine.yaml").known_failures == found
    assert find_profile("reference").known_failures is None


def test_a_mutant_is_a_kwarg_of_the_factory() -> None:
    """In this process the defect is handed to the factory, and the gateway's name shows it."""
    profile = with_mutant(find_profile("reference"), "bills-at-submit")
    assert profile.gateway.name == "reference (bills-at-submit)"
    assert profile.target.asgi is not None
    assert profile.target.asgi.kwargs["mutant"] == "bills-at-submit"


def test_a_mutant_is_a_flag_of_the_process() -> None:
    """In a process of its own the defect is a flag of the command."""
    profile = with_mutant(find_profile("reference-process"), "bills-at-submit")
    assert profile.gateway.name == "reference-process (bills-at-submit)"
    assert profile.target.process is not None
    assert profile.target.process.command[-2:] == ("--mutant", "bills-at-submit")
