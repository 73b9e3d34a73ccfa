"""What is hidden in a gateway's log: keys, and what the environment gave."""

from pathlib import Path

import pytest

from veocontracts.profile import load_profile
from veocontracts.targets.secrets import hiding

PROFILE = """\
profile: 1
gateway: {name: acme}
target:
  process:
    command: [acme, "--port={port}", "--database=${ACME_URL}"]
    env: {ACME_TOKEN: literal-token, ACME_PLACE: nowhere, UPSTREAM_KEY: "{upstream_key}"}
upstream: {key: "${UPSTREAM_KEY}"}
auth: {keys: {main: vk-main, other: "${OTHER}"}, mint: "vm-{n}-x"}
timeout: {clock: {scaled: {factor: 60}}}
"""
GIVEN = {"ACME_URL": "postgres://acme:pw@db/acme", "UPSTREAM_KEY": "up-1", "OTHER": "vk-other"}
BESIDE = {"GITHUB_TOKEN": 'ghp "quoted"', "HOME": "/somewhere", "SHORT_KEY": "no"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Bearer vk-main", "Bearer <key:main>"),
        ("vk-other asks", "<key:other> asks"),
        ("upstream said 401 to up-1", "upstream said 401 to <key:upstream>"),
        ("vm-17-x and vm-x", "<key:minted> and vm-x"),
        ("cannot reach postgres://acme:pw@db/acme", "cannot reach <ACME_URL>"),
        ("literal-token", "<ACME_TOKEN>"),
        ('ghp "quoted"', "<GITHUB_TOKEN>"),
        ('{"token": "ghp \\"quoted\\""}', '{"token": "<GITHUB_TOKEN>"}'),
        ("no, nowhere, /somewhere", "no, nowhere, /somewhere"),
    ],
)
def test_a_secret_is_shown_by_its_name(written: str, shown: str, tmp_path: Path) -> None:
    """Keys by their roles, and what came from the environment by its variable; other words stay."""
    (tmp_path / "p.yaml").write_text(PROFILE)
    profile = load_profile(tmp_path / "p.yaml", GIVEN)
    assert hiding(profile, {**GIVEN, **BESIDE})(written) == shown
