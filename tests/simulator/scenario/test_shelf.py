"""What `--scenario` was given: files, folders and names, read again as they change."""

import os
from pathlib import Path

import pytest

from veosim.errors import SourceError, VeosimError
from veosim.scenario.load import load_scenario
from veosim.scenario.model import Scenario
from veosim.scenario.shelf import Change, News, Shelf, files_in


def write(path: Path, name: str, about: str = "") -> Path:
    """A scenario file whose modification time differs from what it was, however coarse the file system's clock."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"scenario: {name}\nabout: {about!r}\n", "utf-8")
    os.utime(path, ns=(before + 10**9, before + 10**9))
    return path


def names(shelf: Shelf) -> list[str]:
    """What can be asked for."""
    return [scenario.scenario for scenario in shelf.scenarios]


def test_a_file(tmp_path: Path) -> None:
    """It is active, and all there is."""
    shelf = Shelf([str(write(tmp_path / "mine.yaml", "own"))])
    assert (shelf.active, names(shelf)) == (Scenario(scenario="own"), ["own"])


def test_a_folder_begins_with_its_first_file(tmp_path: Path) -> None:
    """All files in it and below it can be asked for; others are left alone."""
    for path, name in (("b.yaml", "second"), ("a.yml", "first"), ("deep/c.yaml", "third")):
        write(tmp_path / path, name)
    (tmp_path / "notes.txt").write_text("no scenario")
    shelf = Shelf([str(tmp_path)])
    assert (shelf.active.scenario, names(shelf)) == ("first", ["first", "second", "third"])
    assert files_in(tmp_path) == [tmp_path / "a.yml", tmp_path / "b.yaml", tmp_path / "deep" / "c.yaml"]


def test_a_folder_may_say_what_is_active(tmp_path: Path) -> None:
    """By the name of a file."""
    write(tmp_path / "a.yaml", "first")
    write(tmp_path / "default.yaml", "usual")
    assert Shelf([str(tmp_path)]).active.scenario == "usual"


def test_the_last_one_given_is_active(tmp_path: Path) -> None:
    """A name is looked for in what was given before it, then among those that ship."""
    write(tmp_path / "a.yaml", "first")
    write(tmp_path / "b.yaml", "stuck", "not the shipped one")
    shelf = Shelf([str(tmp_path), "stuck"])
    assert (shelf.active.about, names(shelf)) == ("not the shipped one", ["first", "stuck"])
    shelf = Shelf([str(tmp_path), "instant"])
    assert (shelf.active, names(shelf)) == (load_scenario("instant"), ["first", "instant", "stuck"])


def test_a_shipped_name_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of that name needs a slash."""
    write(tmp_path / "stuck" / "a.yaml", "own")
    monkeypatch.chdir(tmp_path)
    assert Shelf(["stuck"]).active.scenario == "stuck"
    assert Shelf(["./stuck"]).active.scenario == "own"


def test_what_does_not_exist_is_refused(tmp_path: Path) -> None:
    """With the nearest names, those of the user's own files among them, and the command that lists all."""
    (tmp_path / "empty").mkdir()
    write(tmp_path / "a.yaml", "slow-start")
    with pytest.raises(
        VeosimError, match=r"^the folder '.*empty' holds no scenario: its files would end in \.yaml or \.yml$"
    ):
        Shelf([str(tmp_path / "empty")])
    with pytest.raises(
        VeosimError, match=r"^no scenario is called 'slow-stat', in the files .*; did you mean 'slow-start'"
    ):
        Shelf([str(tmp_path / "a.yaml"), "slow-stat"])
    with pytest.raises(
        VeosimError, match=r"^no scenario is called 'zzz', in the files before it or shipped; `veosim scen"
    ):
        Shelf([str(tmp_path / "a.yaml"), "zzz"])
    with pytest.raises(
        VeosimError, match=r"^no shipped scenario is called 'stuk'; did you mean 'stuck'\? `veosim scenario "
    ):
        Shelf(["stuk"])
    with pytest.raises(SourceError, match=r"nowhere\.yaml:1:1: cannot be read: No such file or directory$"):
        Shelf([str(tmp_path / "nowhere.yaml")])


def test_two_files_with_one_name_are_refused(tmp_path: Path) -> None:
    """At the line that gives the name, with the other file."""
    first, second = write(tmp_path / "a.yaml", "same"), tmp_path / "b.yaml"
    second.write_text("about: second\nscenario: same\n")
    with pytest.raises(SourceError) as error:
        Shelf([str(tmp_path)])
    assert str(error.value) == (
        f"{second}:2:11: scenario: the name 'same' is also that of {first}; give each file a name of its own"
    )


class TestRefresh:
    """What a look at the files brings."""

    def test_nothing_changed(self, tmp_path: Path) -> None:
        """No news."""
        shelf = Shelf([str(write(tmp_path / "a.yaml", "own"))])
        assert shelf.refresh() == News()

    def test_a_file_changed(self, tmp_path: Path) -> None:
        """It is read again, and only once."""
        path = write(tmp_path / "a.yaml", "own", "old")
        write(tmp_path / "b.yaml", "other")
        shelf = Shelf([str(tmp_path)])
        before = shelf.active
        write(path, "renamed", "new")
        now = Scenario(scenario="renamed", about="new")
        assert shelf.refresh() == News((Change(before, now),), removed=("own",))
        assert (shelf.active, names(shelf), shelf.refresh()) == (now, ["other", "renamed"], News())

    def test_a_file_saved_as_it_was_begins_again(self, tmp_path: Path) -> None:
        """Whoever saves a file wants it played from its beginning."""
        path = write(tmp_path / "a.yaml", "own")
        shelf = Shelf([str(path)])
        write(path, "own")
        assert shelf.refresh() == News(
            (Change(Scenario(scenario="own", about=""), Scenario(scenario="own", about="")),)
        )

    def test_a_wrong_file_stays_as_it_was(self, tmp_path: Path) -> None:
        """Its problem is told once, with its place; mended, it is read again."""
        path = write(tmp_path / "a.yaml", "own", "old")
        shelf = Shelf([str(path)])
        before = shelf.active
        path.write_text("scenario: own\njbs: []\n")
        news = shelf.refresh()
        assert (news.changes, len(news.problems)) == ((), 1)
        assert news.problems[0].startswith(f"{path}:2:1: jbs: unknown key 'jbs'")
        assert (shelf.active, shelf.refresh()) == (before, News())
        write(path, "own", "new")
        assert shelf.refresh().changes == (Change(before, Scenario(scenario="own", about="new")),)

    def test_a_wrong_file_hides_no_good_one(self, tmp_path: Path) -> None:
        """Of two that changed, the good one is read."""
        bad, good = write(tmp_path / "a.yaml", "bad"), write(tmp_path / "b.yaml", "good")
        shelf = Shelf([str(tmp_path)])
        bad.write_text("scenario: [\n")
        write(good, "good", "new")
        news = shelf.refresh()
        assert [change.now.about for change in news.changes] == ["new"]
        assert len(news.problems) == 1
        assert names(shelf) == ["bad", "good"]

    def test_files_come_and_go(self, tmp_path: Path) -> None:
        """A new file in the folder can be asked for, one that was taken away no longer."""
        write(tmp_path / "a.yaml", "first")
        second = write(tmp_path / "b.yaml", "second")
        shelf = Shelf([str(tmp_path)])
        second.unlink()
        write(tmp_path / "c.yaml", "third")
        assert shelf.refresh() == News((Change(None, Scenario(scenario="third", about="")),), removed=("second",))
        assert names(shelf) == ["first", "third"]

    def test_the_active_file_is_not_given_up(self, tmp_path: Path) -> None:
        """Taken away, it is reported once and goes on as it was."""
        path = write(tmp_path / "a.yaml", "own")
        shelf = Shelf([str(path)])
        path.unlink()
        assert shelf.refresh() == News(problems=(f"{path}:1:1: cannot be read: No such file or directory",))
        assert (shelf.active.scenario, shelf.refresh()) == ("own", News())
        write(path, "own", "back")
        assert [change.now.about for change in shelf.refresh().changes] == ["back"]

    def test_a_name_taken_twice_changes_nothing(self, tmp_path: Path) -> None:
        """Until the files agree again; then all that changed meanwhile counts."""
        first, second = write(tmp_path / "a.yaml", "first"), write(tmp_path / "b.yaml", "second")
        shelf = Shelf([str(tmp_path)])
        write(first, "second", "new")
        problem = (
            f"{second}:1:11: scenario: the name 'second' is also that of {first}; give each file a name of its own"
        )
        assert shelf.refresh() == News(problems=(problem,))
        assert names(shelf) == ["first", "second"]
        write(second, "third")
        assert [change.now.scenario for change in shelf.refresh().changes] == ["second", "third"]
        assert names(shelf) == ["second", "third"]

    def test_a_name_taken_twice_holds_up_no_other_file(self, tmp_path: Path) -> None:
        """Those that share it stay as they were, and so does one that wants what they keep; the rest is read."""
        for name in ("a", "b", "c", "d"):
            write(tmp_path / f"{name}.yaml", name, "old")
        shelf = Shelf([str(tmp_path)])
        for name, now in (("a", "same"), ("b", "same"), ("c", "a"), ("d", "d")):
            write(tmp_path / f"{name}.yaml", now, "new")
        write(tmp_path / "e.yaml", "same")
        news = shelf.refresh()
        about = {scenario.scenario: scenario.about for scenario in shelf.scenarios}
        assert [change.now.scenario for change in news.changes] == ["d"]
        assert [problem.partition(":")[0] for problem in news.problems] == [
            str(tmp_path / f"{name}.yaml") for name in ("b", "e", "c")
        ]
        assert (about, shelf.refresh()) == ({"a": "old", "b": "old", "c": "old", "d": "new"}, News())
        write(tmp_path / "d.yaml", "d", "newer")
        assert [len(part) for part in (shelf.refresh().changes, shelf.refresh().problems)] == [1, 0]

    def test_a_renamed_file_goes_on(self, tmp_path: Path) -> None:
        """Under its new path it is what is active, and others may come and change as before."""
        path = write(tmp_path / "a.yaml", "own", "old")
        shelf = Shelf([str(tmp_path)])
        before = shelf.active
        path.rename(tmp_path / "b.yaml")
        write(tmp_path / "q.yaml", "new")
        assert shelf.refresh() == News((Change(before, before), Change(None, Scenario(scenario="new", about=""))))
        write(tmp_path / "b.yaml", "own", "edited")
        assert [change.now.about for change in shelf.refresh().changes] == ["edited"]
        assert (shelf.active.about, names(shelf)) == ("edited", ["new", "own"])

    def test_while_the_active_file_is_away_others_change(self, tmp_path: Path) -> None:
        """Two that would both follow it are told of; once one of them is gone, the other is active."""
        path = write(tmp_path / "a.yaml", "own", "old")
        shelf = Shelf([str(tmp_path)])
        path.unlink()
        for name, now in (("b", "own"), ("c", "own"), ("q", "new")):
            write(tmp_path / f"{name}.yaml", now)
        news = shelf.refresh()
        assert [change.now.scenario for change in news.changes] == ["new"]
        assert news.problems == (
            f"{path}:1:1: cannot be read: No such file or directory",
            (
                f"{tmp_path / 'c.yaml'}:1:11: scenario: the name 'own' is also that of {tmp_path / 'b.yaml'}; "
                "give each file a name of its own"
            ),
        )
        assert (shelf.active.about, names(shelf)) == ("old", ["new", "own"])
        (tmp_path / "b.yaml").unlink()
        assert [change.now.scenario for change in shelf.refresh().changes] == ["own"]
        assert (shelf.active.about, names(shelf)) == ("", ["new", "own"])

    def test_a_file_that_was_given_may_come_back(self, tmp_path: Path) -> None:
        """Though it was not the active one, and stands in no folder that was given."""
        first, second = write(tmp_path / "a.yaml", "first"), write(tmp_path / "b.yaml", "second")
        shelf = Shelf([str(first), str(second)])
        first.unlink()
        assert shelf.refresh() == News(removed=("first",))
        write(first, "first")
        assert shelf.refresh() == News((Change(None, Scenario(scenario="first", about="")),))

    def test_what_a_file_is_built_on_counts(self, tmp_path: Path) -> None:
        """A change below it is a change of it; a mistake below it is told once, and once more when it is another."""
        base, path = write(tmp_path / "below" / "base.yaml", "base", "old"), tmp_path / "mine.yaml"
        path.write_text("scenario: mine\nextends: below/base.yaml\n")
        shelf = Shelf([str(path)])
        before = shelf.active
        write(base, "base", "new")
        assert [change.now.about for change in shelf.refresh().changes] == ["new"]
        assert (before.about, shelf.active.about, names(shelf)) == ("old", "new", ["mine"])
        for text, problem in (("scenario: base\njbs: 1\n", "jbs: unknown key 'jbs'"), ("[", "not YAML: ")):
            base.write_text(text)
            news = shelf.refresh()
            assert (news.changes, len(news.problems), shelf.refresh()) == ((), 1, News())
            assert problem in news.problems[0]
            assert news.problems[0].startswith(f"{base}:")
        assert shelf.active.about == "new"


def test_each_scenario_has_its_file(tmp_path: Path) -> None:
    """By the name that the scenario says, not by that of the file; a name that no file says has none."""
    write(tmp_path / "a.yaml", "slow-start")
    shelf = Shelf([str(tmp_path)])
    assert [shelf.path_of(name) for name in ("slow-start", "a")] == [str(tmp_path / "a.yaml"), None]
