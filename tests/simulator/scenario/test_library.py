"""The scenarios that can be asked for by name."""

import pytest

from veosim import VeosimError, parse_scenario
from veosim.resources import scenario_files
from veosim.scenario.library import Library
from veosim.scenario.model import DEFAULT

MINE = parse_scenario("scenario: mine\n")
STUCK = parse_scenario("scenario: stuck\nabout: Ours.\n")


def test_what_ships_is_there() -> None:
    """With the one that is built in; each comes from somewhere."""
    library = Library()
    assert library.names == sorted({"default", *scenario_files()})
    assert (library.get("default"), library.get("stuck").scenario) == (DEFAULT, "stuck")
    assert [library.origin(name) for name in ("default", "stuck")] == ["built in", "job-failures"]


def test_what_was_added_comes_first() -> None:
    """Under its own name, whatever had that before."""
    library = Library([MINE])
    library.add(STUCK)
    assert [library.get(name) for name in ("mine", "stuck")] == [MINE, STUCK]
    assert [library.origin(name) for name in ("mine", "stuck")] == ["added", "added"]


def test_a_file_is_named() -> None:
    """As long as what it says is what is played: one that was added over it comes from no file."""
    library = Library([MINE, STUCK], {"mine": "here/mine.yaml"}.get)
    assert [library.origin(name) for name in ("mine", "stuck")] == ["here/mine.yaml", "added"]
    library.add(parse_scenario("scenario: mine\nabout: Other.\n"))
    assert library.origin("mine") == "added"
    library.reset()
    assert library.origin("mine") == "here/mine.yaml"


def test_a_reset_forgets_what_came_later() -> None:
    """What it began with is there as it was."""
    library = Library([MINE])
    for scenario in (STUCK, parse_scenario("scenario: mine\nabout: Other.\n"), parse_scenario("scenario: late\n")):
        library.add(scenario)
    library.reset()
    assert (library.names, library.get("mine")) == (Library([MINE]).names, MINE)
    assert library.get("stuck") == Library().get("stuck")


def test_files_outlive_a_reset() -> None:
    """What a file says now is there after a reset, what no file says any more is not, and what ships comes back."""
    library = Library([MINE, STUCK])
    mine = parse_scenario("scenario: mine\nabout: Edited.\n")
    library.shelve(mine)
    for name in ("stuck", "default"):
        library.withdraw(name)
    for _ in range(2):
        assert (library.get("mine"), library.names) == (mine, Library([MINE]).names)
        assert [library.get("stuck"), library.get("default")] == [Library().get("stuck"), DEFAULT]
        library.reset()


def test_a_name_that_nothing_has() -> None:
    """None, or an error with the nearest."""
    library = Library([MINE])
    assert library.find("mien") is None
    with pytest.raises(VeosimError, match=r"^no scenario is called 'mien'; there are .*; did you mean 'mine'\?$"):
        library.get("mien")
