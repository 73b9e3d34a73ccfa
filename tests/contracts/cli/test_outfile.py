"""Files that results go into."""

import os
import stat
from pathlib import Path

import pytest

from veocontracts.cli.outfile import OutFile
from veosim.errors import VeosimError


def opened(path: Path) -> OutFile:
    """A file that is ready to be written."""
    file = OutFile("--junit", str(path))
    file.open()
    return file


def here(folder: Path) -> dict[str, str]:
    """Each file of a folder, with its text."""
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """Until it is written the old one stands; afterwards nothing else is there."""
    (tmp_path / "veosim.xml").write_text("old")
    file = opened(tmp_path / "veosim.xml")
    assert here(tmp_path)["veosim.xml"] == "old"
    file.write("✓ new")
    assert here(tmp_path) == {"veosim.xml": "✓ new\n"}


def test_a_file_that_is_not_written_leaves_no_trace(tmp_path: Path) -> None:
    """Neither a new file nor a changed one."""
    file = opened(tmp_path / "veosim.xml")
    file.discard()
    file.discard()
    assert here(tmp_path) == {}


def test_a_file_is_written_once(tmp_path: Path) -> None:
    """What comes after the results is not the results; one that was never opened is not written either."""
    file = opened(tmp_path / "veosim.xml")
    file.write("first")
    file.write("second")
    OutFile("--junit", str(tmp_path / "other.xml")).write("third")
    assert here(tmp_path) == {"veosim.xml": "first\n"}


def test_folders_are_made(tmp_path: Path) -> None:
    """As the failures' folder is."""
    opened(tmp_path / "reports" / "ci" / "veosim.xml").write("new")
    assert here(tmp_path / "reports" / "ci") == {"veosim.xml": "new\n"}


def test_a_new_file_may_be_read_by_whom_the_user_allows(tmp_path: Path) -> None:
    """A CI server's uploader may be another user."""
    before = os.umask(0o022)
    try:
        opened(tmp_path / "veosim.xml").write("new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "veosim.xml").stat().st_mode) == 0o644


def test_a_link_stays_one(tmp_path: Path) -> None:
    """What it leads to is replaced."""
    (tmp_path / "real.xml").write_text("old")
    (tmp_path / "link.xml").symlink_to("real.xml")
    opened(tmp_path / "link.xml").write("new")
    assert (tmp_path / "link.xml").is_symlink()
    assert here(tmp_path) == {"real.xml": "new\n", "link.xml": "new\n"}


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    """What is not a file of its own is neither replaced nor removed."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        opened(pipe).write("new")
        assert os.read(reader, 100) == b"new\n"
        opened(pipe).discard()
    finally:
        os.close(reader)
    assert [path.is_fifo() for path in tmp_path.iterdir()] == [True]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("folder", "it is a folder"), ("file/veosim.xml", "its folder is a file"), ("x" * 300, "File name too long")],
)
def test_a_place_that_cannot_be_written_is_refused(name: str, reason: str, tmp_path: Path) -> None:
    """When it is opened, before anything else is done."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    path = tmp_path / name
    with pytest.raises(VeosimError) as caught:
        OutFile("--junit", str(path)).open()
    assert str(caught.value) == f"--junit {path}: cannot be written: {reason}; name another file"


def test_a_disk_that_fills_up_is_told(tmp_path: Path) -> None:
    """When the file is written; what was there stays."""
    file = OutFile("--json", "/dev/full")
    file.open()
    with pytest.raises(VeosimError, match="--json /dev/full: cannot be written: No space left on device"):
        file.write("new")


def test_a_folder_that_goes_away_is_told(tmp_path: Path) -> None:
    """Between the start of the run and its end."""
    file = opened(tmp_path / "reports" / "veosim.xml")
    for path in (tmp_path / "reports").iterdir():
        path.unlink()
    (tmp_path / "reports").rmdir()
    with pytest.raises(VeosimError, match="cannot be written: No such file or directory; name another file"):
        file.write("new")
