"""Where the results of a run go."""

import json
from pathlib import Path

import pytest
from tests.support.junit import outcomes, parsed
from tests.support.lines import a_finding, a_line, broke
from tests.support.stories import TERMS

from veocontracts.cli.outputs import Outputs
from veocontracts.profiles import find_profile
from veocontracts.report import data, junit, text
from veocontracts.secrets import Secrets
from veocontracts.tally import Tallies
from veocontracts.verdict import Exit, Run, Verdict
from veosim.errors import VeosimError

NONE = Secrets()
KEY = 'sk-"0123456789"'
RUN = Run(find_profile("reference"), TERMS, [a_line(Verdict.FAIL, a_finding(broke(f"no key {KEY}")))], Tallies(), 7)


def to(json_file: object = None, junit_file: object = None) -> Outputs:
    """Outputs that are open."""
    names = {"--json": json_file, "--junit": junit_file}
    outputs = Outputs({option: None if name is None else str(name) for option, name in names.items()})
    outputs.open()
    return outputs


def test_each_machine_gets_its_file_and_people_the_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All three say the same."""
    to(tmp_path / "v.json", tmp_path / "v.xml").write(RUN, NONE)
    assert json.loads((tmp_path / "v.json").read_text()) == data.report(RUN)
    assert (tmp_path / "v.xml").read_text() == f"{junit.report(RUN)}\n"
    assert capsys.readouterr() == (f"{text.report(RUN)}\n", "")


@pytest.mark.parametrize(
    ("names", "printed"),
    [
        ((None, None), text.report(RUN)),
        (("-", None), json.dumps(data.report(RUN), indent=2)),
        ((None, "-"), junit.report(RUN)),
    ],
)
def test_stdout_is_for_one_reader(
    names: tuple[str | None, str | None], printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """For people, unless a machine asked for it."""
    to(*names).write(RUN, NONE)
    assert capsys.readouterr() == (f"{printed}\n", "")


def test_no_output_shows_a_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Wherever the gateway repeats it, and however the document spells it."""
    secrets = Secrets({KEY: "key:main"})
    to(tmp_path / "v.json", tmp_path / "v.xml").write(RUN, secrets)
    assert json.loads((tmp_path / "v.json").read_text()) == secrets.in_data(data.report(RUN))
    (failure,) = parsed((tmp_path / "v.xml").read_text()).iter("failure")
    shown = (json.loads((tmp_path / "v.json").read_text())["results"][0]["findings"][0], failure.text)
    for document in (*map(str, shown), capsys.readouterr().out):
        assert "no key <key:main>" in document
        assert "0123456789" not in document


def test_without_results_the_machines_get_the_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Documents of the usual shape; people have been told on stderr."""
    to(tmp_path / "v.json", tmp_path / "v.xml").fail(Exit.USAGE, "a typo")
    assert json.loads((tmp_path / "v.json").read_text()) == {
        "format": data.FORMAT,
        "exit": 2,
        "errors": ["a typo"],
        "results": [],
    }
    document = (tmp_path / "v.xml").read_text()
    assert outcomes(document) == {"the gateway can be judged": "error"}
    (error,) = parsed(document).iter("error")
    assert error.get("message") == "a typo"
    assert capsys.readouterr() == ("", "")


def test_results_stay_where_they_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An error that comes after them does not take their place."""
    outputs = to("-", tmp_path / "v.xml")
    outputs.write(RUN, NONE)
    outputs.fail(Exit.UNUSABLE, "a slip")
    assert json.loads(capsys.readouterr().out) == data.report(RUN)
    assert (tmp_path / "v.xml").read_text() == f"{junit.report(RUN)}\n"


@pytest.mark.parametrize("names", [("-", "-"), ("same", "same"), ("same", "./same")])
def test_two_documents_need_two_places(
    names: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """However the place is called; nothing is written there."""
    monkeypatch.chdir(tmp_path)
    outputs = Outputs(dict(zip(("--json", "--junit"), names, strict=True)))
    with pytest.raises(VeosimError, match="--json and --junit name one place; they are two documents"):
        outputs.open()
    outputs.fail(Exit.USAGE, "one place")
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr() == ("", "")


def test_a_file_that_cannot_be_written_costs_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rest gets its results; then the error is raised, or told if there was one already."""
    outputs = to("/dev/full", tmp_path / "v.xml")
    with pytest.raises(VeosimError, match="--json /dev/full: cannot be written: No space left on device"):
        outputs.write(RUN, NONE)
    assert (tmp_path / "v.xml").read_text() == f"{junit.report(RUN)}\n"
    assert capsys.readouterr() == (f"{text.report(RUN)}\n", "")
    to("/dev/full").fail(Exit.USAGE, "a typo")
    said = "Error: --json /dev/full: cannot be written: No space left on device; name another file\n"
    assert capsys.readouterr() == ("", said)


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    """However the command ends."""
    outputs = to(tmp_path / "v.json", tmp_path / "v.xml")
    assert len(list(tmp_path.iterdir())) == 2
    with pytest.raises(BrokenPipeError), outputs.tidy():
        raise BrokenPipeError
    assert list(tmp_path.iterdir()) == []
