"""Tests of `veocontracts.init.file`."""

from pathlib import Path
from typing import Any

import pytest

from veocontracts.init.answers import Answers
from veocontracts.init.file import profile_text
from veocontracts.init.findings import Findings
from veocontracts.profile import Profile, load_profile
from veosim.units import SECOND

KEYS = (("main", "ACME_KEY"), ("other", "ACME_OTHER"))
ENVIRONMENT = {"ACME_KEY": "k-1", "ACME_OTHER": "k-2"}


def _loaded(tmp_path: Path, answers: Answers, findings: Findings) -> Profile:
    path = tmp_path / "gateway.yaml"
    path.write_text(profile_text(answers, findings), encoding="utf-8")
    return load_profile(path, ENVIRONMENT)


def test_a_command_becomes_a_process(tmp_path: Path) -> None:
    """Words, variables and knobs stand where the suite looks for them."""
    answers = Answers(
        name="Acme: video #1",
        command=("acme", "--port", "{port}", "a b"),
        upstream_variable="VEO_URL",
        ready="/healthz",
        keys=KEYS,
        mint="k-{n}",
        knobs=(("job_timeout", "ACME_TIMEOUT_S"),),
        is_faketime=False,
    )
    found = _loaded(tmp_path, answers, Findings(job_ledger={"units": "/u", "cost": "/c"}, charges={"get": "/charges"}))
    process, clock = found.target.process, found.timeout.clock
    assert process is not None
    assert clock is not None
    assert clock.scaled is not None
    assert (found.gateway.name, process.command, process.env, process.ready.get) == (
        "Acme: video #1",
        ("acme", "--port", "{port}", "a b"),
        {"VEO_URL": "{upstream_url}"},
        "/healthz",
    )
    assert (found.auth.keys, found.auth.mint) == ({"main": "k-1", "other": "k-2"}, "k-{n}")
    assert (clock.scaled.factor, clock.scaled.env) == (60, {"job_timeout": "ACME_TIMEOUT_S"})
    assert found.ledger.job is not None
    assert found.ledger.http is not None
    assert (found.ledger.job.units, found.ledger.http.get) == ("/u", "/charges")
    assert found.timeout.after == 600 * SECOND


@pytest.mark.parametrize(
    ("given", "key", "expected"),
    [
        ({"url": "http://127.0.0.1:8080"}, "http", {"base_url": "http://127.0.0.1:8080"}),
        (
            {"factory": "acme.app:create", "upstream_variable": "upstream"},
            "asgi",
            {"factory": "acme.app:create", "kwargs": {"upstream": "{upstream_url}"}},
        ),
    ],
)
def test_the_other_targets(tmp_path: Path, given: dict[str, Any], key: str, expected: dict[str, Any]) -> None:
    """A gateway that runs already, and a factory."""
    found = _loaded(tmp_path, Answers(name="acme", keys=KEYS, **given), Findings())
    assert found.target.model_dump(exclude_none=True, exclude_defaults=True) == {key: expected}


def test_what_an_operator_has_to_set_is_told(tmp_path: Path) -> None:
    """Nobody can set the variables of a gateway that runs already: its file says which, and to what."""
    knobs = (("job_timeout", "ACME_TIMEOUT_S"), ("poll_interval", "ACME_POLL_S"))
    answers = Answers(name="acme", url="http://127.0.0.1:8080", keys=KEYS[:1], knobs=knobs)
    clock = _loaded(tmp_path, answers, Findings()).timeout.clock
    assert clock.model_dump(exclude_none=True, exclude_defaults=True) == {
        "scaled": {"factor": 60, "declared": ("job_timeout", "poll_interval")}
    }
    assert (
        "    # It runs already, so it is its operator who sets these, in seconds: "
        "ACME_TIMEOUT_S=10, ACME_POLL_S=0.0833333\n"
    ) in profile_text(answers, Findings())


def test_what_was_seen_and_what_is_missing_stands_in_the_file(tmp_path: Path) -> None:
    """Words and services as values; the rest as comments, which say what to do."""
    findings = Findings(
        services=("text",), words={"running": ("in progress",)}, missing=("a ledger",), trouble="it\nfails"
    )
    answers = Answers(name="acme", url="http://127.0.0.1:8080", keys=KEYS[:1])
    text = profile_text(answers, findings)
    assert [line for line in text.splitlines() if line.startswith("#")][2:5] == [
        "# NOT READY: it",
        "# fails",
        "# To do: a ledger",
    ]
    assert '    # other: "${…}" #' in text
    found = _loaded(tmp_path, answers, findings)
    assert (found.services, found.words.running) == (("text",), ("in progress",))
