"""What killed runs leave is cleared by the next one: exactly what they recorded, and nothing else."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from veocontracts.targets.leftovers import Leftovers
from veosim import VeosimError

KILLED = """\
import os, signal, sys
from pathlib import Path
from veocontracts.targets.leftovers import Leftovers
leftovers, folder = Leftovers(Path(sys.argv[1])), Path(sys.argv[2])
with leftovers.making(str(folder)) as made:
    (made / "deep").mkdir()
    (made / "deep" / "file").write_text("x")
    leftovers.record(folder / "segment", folder / "never-made")
    (folder / "segment").write_text("x")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def records(folder: Path) -> list[list[str]]:
    """The paths of every record."""
    return [json.loads(each.read_text())["paths"] for each in sorted(folder.iterdir())]


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """Where records are, and where files are."""
    within = tmp_path / "files"
    within.mkdir()
    return tmp_path / "records", within


def test_a_path_is_recorded_before_it_exists_and_forgotten_with_it(places: tuple[Path, Path]) -> None:
    """While a folder is there, a record of the user's own names it; afterwards neither is left."""
    folder, within = places
    leftovers = Leftovers(folder)
    with leftovers.making(str(within)) as made:
        assert (made.parent, records(folder)) == (within, [[str(made)]])
        assert stat.S_IMODE(made.stat().st_mode) == stat.S_IMODE(folder.stat().st_mode) == 0o700
        (made / "file").write_text("x")
    assert (list(within.iterdir()), list(folder.iterdir())) == ([], [])


def test_the_next_run_clears_what_a_killed_one_recorded(places: tuple[Path, Path]) -> None:
    """Its folder with what is in it and its file go away; files beside them, whatever their names, stay."""
    folder, within = places
    beside = within / "veosim-of-somebody-else"
    beside.write_text("x")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder), str(within)], check=False)
    left = {Path(path) for path in records(folder)[0]}
    assert (killed.returncode, len(left), len(list(within.iterdir()))) == (-9, 3, 3)
    assert set(Leftovers(folder).clear()) == left - {within / "never-made"}
    assert (list(within.iterdir()), list(folder.iterdir())) == ([beside], [])


def test_a_run_that_goes_on_keeps_its_files(places: tuple[Path, Path]) -> None:
    """Its process is there, and began when the record says."""
    folder, within = places
    with Leftovers(folder).making(str(within)) as made:
        assert Leftovers(folder).clear() == []
        assert made.is_dir()


def test_a_reused_number_is_another_process(places: tuple[Path, Path]) -> None:
    """A record of a process with this one's number, but of another time, is cleared."""
    folder, within = places
    leftovers = Leftovers(folder)
    with leftovers.making(str(within)) as made:
        (record,) = folder.iterdir()
        record.rename(folder / f"{os.getpid()}-1.json")
        assert Leftovers(folder).clear() == [made]


def test_another_world_of_processes_clears_its_own(places: tuple[Path, Path]) -> None:
    """A container that shares the temporary files numbers its processes by itself, so its records stay."""
    folder, within = places
    (within / "file").write_text("x")
    folder.mkdir(mode=0o700)
    record = folder / "999999999-7.json"
    record.write_text(json.dumps({"within": "1", "paths": [str(within / "file")]}))
    assert Leftovers(folder).clear() == []
    assert ((within / "file").exists(), record.exists()) == (True, True)


def test_a_draft_of_a_record_is_cleared_too(places: tuple[Path, Path]) -> None:
    """A run was killed while it wrote: what is no JSON names nothing."""
    folder, _ = places
    folder.mkdir(mode=0o700)
    (folder / "999999999-7.new").write_text('{"within"')
    assert (Leftovers(folder).clear(), list(folder.iterdir())) == ([], [])


def test_records_that_others_could_write_are_not_believed(places: tuple[Path, Path]) -> None:
    """They say what is deleted."""
    folder, within = places
    (within / "file").write_text("x")
    folder.mkdir()
    folder.chmod(0o777)
    (folder / "999999999-7.json").write_text(json.dumps({"within": "", "paths": [str(within / "file")]}))
    assert (Leftovers(folder).clear(), (within / "file").exists()) == ([], True)


def test_a_link_is_removed_and_not_followed(places: tuple[Path, Path]) -> None:
    """What a recorded path has become is taken away; what it points to stays."""
    folder, within = places
    (within / "kept").mkdir()
    leftovers = Leftovers(folder)
    leftovers.record(within / "link")
    (within / "link").symlink_to(within / "kept")
    leftovers.remove(within / "link")
    assert list(within.iterdir()) == [within / "kept"]


def test_each_folder_has_a_name_of_its_own(places: tuple[Path, Path]) -> None:
    """Also those of one process."""
    folder, within = places
    leftovers = Leftovers(folder)
    with leftovers.making(str(within)) as first, leftovers.making(str(within)) as second:
        assert first != second
        assert records(folder) == [[str(first), str(second)]]


def test_a_folder_that_cannot_be_made_is_an_error(places: tuple[Path, Path]) -> None:
    """What stands there is not ours, and is not noted for the next run to clear."""
    folder, within = places
    (within / "file").write_text("x")
    with (
        pytest.raises(VeosimError, match="cannot be made: Not a directory"),
        Leftovers(folder).making(str(within / "file")),
    ):
        raise AssertionError
    assert list(folder.iterdir()) == []


def test_a_record_that_cannot_be_written_is_an_error(places: tuple[Path, Path]) -> None:
    """Nothing is made that nobody would clear."""
    folder, within = places
    folder.write_text("no folder")
    with pytest.raises(VeosimError, match="records: what this run makes cannot be recorded: File exists"):
        Leftovers(folder).record(within / "file")


def test_the_usual_place_is_the_users_own() -> None:
    """Among the temporary files, with the user's number."""
    assert Leftovers().folder.name == f"veosim-runs-{os.getuid()}"
