"""`veosim check --explain`."""

import json
from pathlib import Path

import pytest
from tests.support.checks import veosim, write_profile

from veosim.seeded import fingerprint


def test_values_and_what_follows_are_printed() -> None:
    """Each with its origin; a key by its fingerprint. Nothing is started."""
    result = veosim("check", "--explain")
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert result.exit_code == 0
    assert lines["auth.keys.main"].split()[1] == fingerprint("vk-main")
    assert lines["timeout.grace"].endswith("default")
    assert "the literal 600 s, exactly" in lines["time"]
    assert "vk-main" not in result.stdout


def test_the_same_as_data(tmp_path: Path) -> None:
    """With the values in the order of the text, and only the rules that are asked for."""
    path = write_profile(tmp_path, {"capabilities": {}, "api": "cn8-gateway"})
    found = json.loads(veosim("check", "--explain", "--json", "--profile", path, "--rule", "hook").stdout)
    assert found["values"][0]["key"] == "profile"
    skipped = {name: text for name, text in found["follows"].items() if name.startswith("skipped")}
    assert skipped == {
        "skipped HOOK-01": "the profile does not declare capabilities.webhooks",
        "skipped HOOK-02": "the profile does not declare capabilities.callbacks",
    }


def test_a_charge_that_the_document_does_not_list_is_told(tmp_path: Path) -> None:
    """It may be there all the same, or be misspelt; nothing is refused."""
    path = write_profile(tmp_path, {"ledger": {"job": {"units": "/units_consumed", "cost": "/token_costs"}}})
    found = json.loads(veosim("check", "--explain", "--json", "--profile", path).stdout)["follows"]
    assert {name: text for name, text in found.items() if name.startswith("ledger")} == {
        "ledger.job.cost": (
            "the document lists no /token_costs in the 200 of GET /v2/jobs/{job_id}; did you mean '/token_cost'?"
        )
    }
    path = write_profile(tmp_path, {"ledger": {"job": {"units": "/x", "cost": "/token_cost"}}})
    found = json.loads(veosim("check", "--explain", "--json", "--profile", path).stdout)["follows"]
    assert found["ledger.job.units"] == "the document lists no /x in the 200 of GET /v2/jobs/{job_id}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--json", "out.json"), "Error: --explain prints to stdout: give --json no file, instead of 'out.json'"),
        (("--rule", "BIL"), "Error: no rule or family is called 'BIL'; did you mean 'BILL'?"),
        (("--profile", "nowhere.yaml"), "Error: nowhere.yaml:1:1: cannot be read: No such file or directory"),
    ],
)
def test_wrong_usage_is_exit_2(arguments: tuple[str, ...], message: str) -> None:
    """In a line."""
    result = veosim("check", "--explain", *arguments)
    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, message)
