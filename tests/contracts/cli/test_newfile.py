"""A new file: made at once, written once, gone where nothing came of it."""

from pathlib import Path

import pytest

from veocontracts.cli.newfile import new_file
from veosim.errors import VeosimError


def test_it_is_there_at_once_and_holds_what_was_written(tmp_path: Path) -> None:
    """Empty until then."""
    path = tmp_path / "new.yaml"
    with new_file(path) as file:
        assert path.read_text(encoding="utf-8") == ""
        file.write("é\n")
    assert path.read_text(encoding="utf-8") == "é\n"


def test_where_nothing_is_written_nothing_is_left(tmp_path: Path) -> None:
    """Nor where the work ends early."""
    with new_file(tmp_path / "a"):
        pass
    with pytest.raises(KeyError), new_file(tmp_path / "b"):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_what_is_somebody_elses_stays(tmp_path: Path) -> None:
    """A file that exists, a link that leads nowhere, and one that took its place meanwhile."""
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("mine", "link"):
        with pytest.raises(VeosimError) as refused, new_file(tmp_path / name):
            raise AssertionError
        assert str(refused.value) == f"{tmp_path / name} exists and is not overwritten; name a new file"
    taken = "was removed or replaced meanwhile, and is not written; name a new file"
    with new_file(tmp_path / "new") as file:
        (tmp_path / "mine").replace(tmp_path / "new")
        with pytest.raises(VeosimError, match=taken):
            file.write("ours")
    with new_file(tmp_path / "gone") as file:
        (tmp_path / "gone").unlink()
        with pytest.raises(VeosimError, match=taken):
            file.write("ours")
    assert {path.name: path.is_symlink() or path.read_text() for path in tmp_path.iterdir()} == {
        "link": True,
        "new": "mine",
    }


@pytest.mark.parametrize(("name", "reason"), [("no/new", "there is no folder no"), ("x" * 300, "File name too long")])
def test_what_cannot_be_made_is_told(name: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before any work, with the file's name."""
    monkeypatch.chdir(tmp_path)
    told = f"{name} cannot be written: {reason}; name another file"
    with pytest.raises(VeosimError) as refused, new_file(Path(name)):
        raise AssertionError
    assert str(refused.value) == told


def test_a_disk_that_is_read_only_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the system's reason."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(VeosimError) as refused, new_file(tmp_path / "new"):
        raise AssertionError
    assert str(refused.value) == f"{tmp_path / 'new'} cannot be written: Read-only file system; name another file"
