"""`veosim openapi`: the bundled documents on the terminal."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from veosim.cli import main, veosim_command
from veosim.resources import openapi, openapi_files

FOLDER = Path(__file__).parents[2] / "openapi"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def output(*arguments: str) -> str:
    """What the command prints when all is well."""
    run = CliRunner().invoke(veosim_command, ["openapi", *arguments])
    assert (run.exit_code, run.stderr) == (0, "")
    return run.stdout


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_printed_as_it_is(name: str) -> None:
    """The YAML is the file's, comments and all."""
    assert output(name) == (FOLDER / f"{name}.yaml").read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_document_as_json(name: str) -> None:
    """The same data, in the same order."""
    loaded = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    assert json.dumps(json.loads(output(name, "--json"))) == json.dumps(loaded)


def test_without_a_name_all_are_listed() -> None:
    """One line each: name, number of paths, title."""
    lines = output().splitlines()
    assert [line.split()[0] for line in lines] == NAMES == list(openapi_files())
    width = max(map(len, NAMES))
    assert lines[0] == f"{'api-video':{width}}  3 paths  api-video, the upstream behind the CN8 gateway"


def test_the_list_as_json() -> None:
    """For programs that want to fetch them all."""
    documents = json.loads(output("--json"))["documents"]
    assert [one["name"] for one in documents] == NAMES
    assert documents[0] == {
        "name": "api-video",
        "title": "api-video, the upstream behind the CN8 gateway",
        "paths": len(dict(openapi("api-video"))["paths"]),  # type: ignore[arg-type]
    }


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_an_unknown_name_is_a_usage_error(
    options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2; the error lists all names and suggests the nearest."""
    monkeypatch.setattr("sys.argv", ["veosim", "openapi", "api-vido", *options])
    with pytest.raises(SystemExit) as ending:
        main()
    message = (
        f"Error: no OpenAPI document is called 'api-vido'; there are {', '.join(NAMES)}; did you mean 'api-video'?\n"
    )
    assert (ending.value.code, *capsys.readouterr()) == (2, "", message)


@pytest.mark.parametrize("name", ["../openapi/api-video", "api-video.yaml", ""])
def test_a_name_is_no_path(name: str) -> None:
    """Only the listed names are known."""
    run = CliRunner().invoke(veosim_command, ["openapi", name])
    assert str(run.exception).startswith(f"no OpenAPI document is called {name!r}; there are ")


def test_the_help_has_examples() -> None:
    """As the other commands do."""
    assert "veosim openapi api-video > api-video.yaml" in output("--help")
