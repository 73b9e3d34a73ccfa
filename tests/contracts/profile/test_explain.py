"""Tests of `veocontracts.profile.explain`."""

from pathlib import Path

from veocontracts.profile.explain import Explained, explained
from veosim.seeded import fingerprint

PROFILE = """\
profile: 1
gateway: {name: acme}
target:
  process:
    command: [acme, "--port={port}"]
    env:
      UPSTREAM_KEY: plain-secret
      REGION: north
      ACCOUNT_TOKEN: "${TOKEN}"
auth:
  keys: {main: "${KEY_A}", other: literal-key}
timeout:
  clock:
    scaled: {factor: 60}
"""


def _explained(tmp_path: Path) -> dict[str, Explained]:
    path = tmp_path / "gateway.yaml"
    path.write_text(PROFILE, encoding="utf-8")
    found = explained(path, {"KEY_A": "the-very-secret", "TOKEN": "another-secret"})
    return {each.key: each for each in found}


def test_each_value_says_where_it_came_from(tmp_path: Path) -> None:
    """A line of the file, the environment beside it, or a default."""
    found, name = _explained(tmp_path), str(tmp_path / "gateway.yaml")
    wanted = ("gateway.name", "auth.keys.main", "timeout.after", "timeout.grace", "ledger.http", "price.per_second")
    assert [(found[key].value, found[key].origin) for key in wanted] == [
        ("acme", f"{name}:2"),
        ("${KEY_A}", f"{name}:11, from the environment (KEY_A)"),
        ("600s", "default"),
        ("the poll gap, at least 1s", "default"),
        ("none", "default"),
        ("1.50", "default"),
    ]


def test_what_is_secret_is_never_shown(tmp_path: Path) -> None:
    """Keys become fingerprints, also in variables whose names tell of one; what the environment held stays there."""
    found = _explained(tmp_path)
    assert [found[key].value for key in ("auth.keys.other", "target.process.env.UPSTREAM_KEY")] == [
        fingerprint("literal-key"),
        fingerprint("plain-secret"),
    ]
    assert found["target.process.env.REGION"].value == "north"
    everything = repr(found)
    for secret in ("the-very-secret", "another-secret", "literal-key", "plain-secret"):
        assert secret not in everything
