"""The bundled files, in a checkout and in an installed package."""

from pathlib import Path

import pytest

from veosim import resources
from veosim.errors import VeosimError
from veosim.resources import folder, openapi, scenario_file, scenario_files, scenario_hint

ROOT = Path(__file__).parents[2]


def test_a_checkout_keeps_its_files_at_the_root() -> None:
    """Both folders are found without an installation."""
    assert [folder("scenarios"), folder("openapi")] == [ROOT / "scenarios", ROOT / "openapi"]


def test_an_installed_package_brings_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in the package comes before what lies around it."""
    package = tmp_path / "site-packages" / "veosim"
    (package / "scenarios").mkdir(parents=True)
    (tmp_path / "scenarios").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert folder("scenarios") == package / "scenarios"


def test_a_missing_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken installation says what it lacks."""
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "site-packages" / "veosim")
    with pytest.raises(VeosimError, match="this installation of veosim lacks its openapi/ folder; install it again"):
        folder("openapi")


def test_every_shipped_scenario_has_a_name_of_its_own() -> None:
    """No two files share a name, in whatever folder they lie."""
    paths = sorted((ROOT / "scenarios").rglob("*.yaml"))
    assert scenario_files() == {path.stem: path for path in paths}
    assert len(scenario_files()) == len(paths)
    assert scenario_file("stuck") == ROOT / "scenarios" / "job-failures" / "stuck.yaml"


def test_an_unknown_scenario_is_answered_with_the_known_ones() -> None:
    """The nearest are suggested, five at most, and the command that lists all is named."""
    with pytest.raises(VeosimError) as failure:
        scenario_file("stuk")
    listed = "`veosim scenario list` shows all that ship"
    assert str(failure.value) == f"no shipped scenario is called 'stuk'; did you mean 'stuck'? {listed}"
    assert scenario_hint("zzz") == listed
    assert scenario_hint("myne", ["mine", "zzzz"]) == f"did you mean 'mine'? {listed}"


def test_an_openapi_document_is_plain_data() -> None:
    """It is read once."""
    document = openapi("api-video")
    assert document["openapi"] == "3.1.0"
    assert openapi("api-video") is document


def test_an_unknown_openapi_document_is_answered_with_the_known_ones() -> None:
    """All names are listed."""
    known = ", ".join(sorted(path.stem for path in (ROOT / "openapi").glob("*.yaml")))
    with pytest.raises(VeosimError) as failure:
        openapi("nothing")
    assert str(failure.value) == f"no OpenAPI document is called 'nothing'; there are {known}"
