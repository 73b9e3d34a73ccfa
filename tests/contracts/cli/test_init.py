"""`veosim init`: flags, questions, and what is written."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from veocontracts.cli import init as command
from veocontracts.init.answers import Answers
from veocontracts.init.findings import Findings
from veocontracts.init.look import Wait
from veosim.cli import veosim_command


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Answers]:
    """The answers of each look; every gateway shows nothing of interest."""
    found: list[Answers] = []

    def look(answers: Answers, wait: Wait | None) -> Findings:
        found.append(answers)
        if wait is not None and answers.url:
            wait("http://127.0.0.1:8089")
        return Findings(
            trouble="it is away" if answers.name == "away" else "",
            clock_proved=answers.name != "slow",
            missing=("a ledger",),
        )

    monkeypatch.setattr(command, "look", look)
    return found


def test_flags_are_answers(looks: list[Answers], tmp_path: Path) -> None:
    """The file is written, with what is left to do, and the next step is named."""
    out = tmp_path / "acme.yaml"
    flags = ["--command", "acme {port}", "--key", "main=A", "--key", "other=B", "--name", "acme", "--no-faketime", "-y"]
    result = CliRunner().invoke(veosim_command, ["init", str(out), *flags])
    assert (result.exit_code, result.stdout) == (0, f"wrote {out}; next: veosim check --profile {out}\n")
    assert result.stderr == f"{command.LOOKING}\nto do: a ledger\n"
    keys = (("main", "A"), ("other", "B"))
    assert looks == [Answers(name="acme", command=("acme", "{port}"), keys=keys, is_faketime=False)]
    assert "gateway: {name: acme}\n" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("flags", "how"), [(("--command", "acme {port}"), " --real-time"), (("--factory", "acme:create"), "")]
)
def test_a_clock_that_is_not_seen_to_move_is_waited_for(
    flags: tuple[str, ...], how: str, looks: list[Answers], tmp_path: Path
) -> None:
    """The next step works: outside this process that is real time."""
    out = tmp_path / "acme.yaml"
    result = CliRunner().invoke(veosim_command, ["init", str(out), *flags, "--name", "slow", "-y"])
    assert (result.exit_code, result.stdout) == (0, f"wrote {out}; next: veosim check --profile {out}{how}\n")
    assert len(looks) == 1


def test_trouble_is_exit_3_and_the_file_says_it(looks: list[Answers], tmp_path: Path) -> None:
    """What was said is kept, to go on with."""
    out = tmp_path / "acme.yaml"
    result = CliRunner().invoke(
        veosim_command, ["init", str(out), "--url", "http://127.0.0.1:1", "--name", "away", "-y"]
    )
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == f"{command.LOOKING}\nto do: a ledger\nwrote {out}, and it is not ready: it is away\n"
    assert "# NOT READY: it is away\n" in out.read_text(encoding="utf-8")
    assert len(looks) == 1


def test_what_no_flag_says_is_asked(looks: list[Answers], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal; an empty answer is the default. A gateway that runs already is waited for."""
    monkeypatch.setattr(command, "is_terminal", lambda: True)
    said = ["2", "http://127.0.0.1:8000", "acme", "", "", "", "", "main=ACME_KEY", "k-{n}", "", ""]
    result = CliRunner().invoke(veosim_command, ["init", str(tmp_path / "acme.yaml")], input="\n".join(said) + "\n")
    assert result.exit_code == 0, result.output
    expected = Answers(name="acme", url="http://127.0.0.1:8000", keys=(("main", "ACME_KEY"),), mint="k-{n}")
    assert looks == [expected]
    assert "point the gateway's upstream there, then press Enter" in result.stderr


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["-y"], "Error: say how the gateway is reached: --command "),
        (["--url", "http://a", "--factory", "a:b", "-y"], "Error: --url and --factory exclude each other"),
        (["--command", "acme", "--dialect", "api-vide", "-y"], "Error: --dialect: found 'api-vide'; allowed: "),
    ],
)
def test_wrong_flags_are_exit_2(looks: list[Answers], tmp_path: Path, flags: list[str], message: str) -> None:
    """Nothing is started, and nothing written."""
    out = tmp_path / "acme.yaml"
    result = CliRunner().invoke(veosim_command, ["init", str(out), *flags])
    assert (result.exit_code, result.stderr.startswith(message), looks, out.exists()) == (2, True, [], False)


def test_no_file_is_overwritten(looks: list[Answers], tmp_path: Path) -> None:
    """That is seen before any work, as is a folder that does not exist."""
    out = tmp_path / "acme.yaml"
    out.write_text("mine", encoding="utf-8")
    taken = CliRunner().invoke(veosim_command, ["init", str(out), "--command", "acme", "-y"])
    nowhere = CliRunner().invoke(
        veosim_command, ["init", str(tmp_path / "no" / "acme.yaml"), "--command", "acme", "-y"]
    )
    assert (taken.exit_code, nowhere.exit_code, looks, out.read_text(encoding="utf-8")) == (2, 2, [], "mine")
    assert taken.stderr.startswith(f"Error: {out} exists and is not overwritten; name a new file\n")
    assert nowhere.stderr.startswith(f"Error: {tmp_path / 'no' / 'acme.yaml'} cannot be written: there is no folder")


def test_what_appears_meanwhile_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is taken before the look; whoever takes it over keeps it."""
    out = tmp_path / "acme.yaml"

    def look(answers: Answers, wait: Wait | None) -> Findings:
        del answers, wait
        assert out.read_bytes() == b""
        (tmp_path / "theirs").write_text("theirs", encoding="utf-8")
        (tmp_path / "theirs").replace(out)
        return Findings()

    monkeypatch.setattr(command, "look", look)
    result = CliRunner().invoke(veosim_command, ["init", str(out), "--command", "acme", "-y"])
    assert (result.exit_code, out.read_text(encoding="utf-8")) == (2, "theirs")
    assert result.stderr.splitlines()[-1] == (
        f"Error: {out} was removed or replaced meanwhile, and is not written; name a new file"
    )
