"""A file of known failures, as the command writes it."""

from pathlib import Path

from tests.support.lines import a_finding, a_line, broke
from tests.support.stories import TERMS

from veocontracts.cli.drafting import drafted
from veocontracts.cli.newfile import new_file
from veocontracts.profiles import find_profile
from veocontracts.secrets import Secrets
from veocontracts.tally import Tallies
from veocontracts.verdict import Run, Verdict


def test_a_draft_shows_no_secret(tmp_path: Path) -> None:
    """It is kept beside the profile; the comments repeat what a gateway said."""
    line = a_line(Verdict.FAIL, a_finding(broke("HTTP 500 to sk-live-0815")))
    run, path = Run(find_profile("reference"), TERMS, [line], Tallies(), 7), tmp_path / "known.yaml"
    with new_file(path) as file:
        said = drafted(run, file, Secrets({"sk-live-0815": "key:main"}))
    assert said == f"{path}: drafted from 1 red line; fill in what is to be done"
    assert "      # actual   HTTP 500 to <key:main>\n" in path.read_text("utf-8")
