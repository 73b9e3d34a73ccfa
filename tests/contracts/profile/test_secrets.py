"""What of a profile and its environment is hidden: in a gateway's log, in its answers, in an explained profile."""

from pathlib import Path

import pytest

from veocontracts.profile import Profile, load_profile
from veocontracts.profile.secrets import secrets_in, secrets_of, secrets_told
from veocontracts.secrets import REPORTED, Secrets

PROFILE = """\
profile: 1
gateway: {name: acme}
target:
  process:
    command: [acme, "--port={port}", "--database=${ACME_URL}"]
    env: {ACME_TOKEN: literal-token, ACME_PLACE: nowhere, UPSTREAM_KEY: "{upstream_key}"}
upstream: {key: "${UPSTREAM_KEY}"}
auth: {keys: {main: vk-main, other: "${OTHER}"}, mint: "vm-{n:03}-x"}
ledger: {command: {run: [ledger], env: {LEDGER_PASS: by-hand}}}
timeout:
  clock:
    test: {advance: {post: /clock, headers: {Authorization: Bearer move-it}, body: {secret: shifts, by: "{seconds}"}}}
    scaled: {factor: 60}
"""
ASGI = """\
profile: 1
gateway: {name: acme}
target: {asgi: {factory: "acme:app", kwargs: {url: "{upstream_url}", api_keys: [{n: {id: sk-deep}}, 7], debug: true}}}
auth: {keys: {main: vk-main}}
"""
GIVEN = {
    "ACME_URL": "postgres://acme:pw@db/acme",
    "UPSTREAM_KEY": "up-1",
    "OTHER": "vk-other",
}
BESIDE = {"GITHUB_TOKEN": 'ghp "quoted"', "HOME": "/somewhere", "SHORT_KEY": "no", "CLOUD_CREDENTIALS": '{"id": 7}'}


def read(tmp_path: Path, text: str = PROFILE, environment: dict[str, str] = GIVEN) -> Profile:
    """A profile, read from its file."""
    (tmp_path / "p.yaml").write_text(text)
    return load_profile(tmp_path / "p.yaml", environment)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Bearer vk-main", "Bearer <key:main>"),
        ("vk-other asks", "<key:other> asks"),
        ("upstream said 401 to up-1", "upstream said 401 to <key:upstream>"),
        ("vm-017-x and vm-x", "<key:minted> and vm-x"),
        ("cannot reach postgres://acme:pw@db/acme", "cannot reach <ACME_URL>"),
        ("literal-token", "<ACME_TOKEN>"),
        ("by-hand", "<LEDGER_PASS>"),
        ("Bearer move-it, or move-it, shifts", "<Authorization>, or <Authorization>, <secret>"),
        ('ghp "quoted"', "<GITHUB_TOKEN>"),
        ('{"token": "ghp \\"quoted\\""}', '{"token": "<GITHUB_TOKEN>"}'),
        ('with {"id": 7}', "with <CLOUD_CREDENTIALS>"),
        ("no, nowhere, /somewhere, {upstream_key}", "no, nowhere, /somewhere, {upstream_key}"),
    ],
)
def test_a_secret_is_shown_by_its_name(written: str, shown: str, tmp_path: Path) -> None:
    """Keys by their roles, what came from the environment by its variable, the rest by its own; other words stay."""
    assert secrets_of(read(tmp_path), {**GIVEN, **BESIDE}).in_text(written) == shown


def test_what_a_factory_is_given_is_secret_by_its_name(tmp_path: Path) -> None:
    """At whatever depth below that name; what the suite fills in is none."""
    found = secrets_of(read(tmp_path, ASGI, {}), {})
    assert found == Secrets({"vk-main": "key:main", "sk-deep": "api_keys"})


def test_in_our_own_reports_a_short_one_stays(tmp_path: Path) -> None:
    """It may be a word; keys of the pattern are none."""
    found = secrets_of(read(tmp_path), GIVEN).at_least(REPORTED)
    assert found.in_text("vk-main vk-other up-1 vm-017-x") == "vk-main <key:other> up-1 <key:minted>"


def test_answers_keep_what_rules_read(tmp_path: Path) -> None:
    """Hidden is only what is secret beyond doubt, and long: no address, no pattern, nothing that was not given."""
    environment = {**GIVEN, "OTHER": "vk-other", "UPSTREAM_KEY": "up-123456", "ACME_PASSWORD": "hunter2-hunter2"}
    text = PROFILE.replace("literal-token", '"${ACME_PASSWORD}"')
    assert secrets_told(read(tmp_path, text, environment)) == Secrets(
        {"vk-other": "key:other", "up-123456": "key:upstream", "hunter2-hunter2": "ACME_PASSWORD"}
    )


def test_without_a_profile_names_tell() -> None:
    """Of the environment alone."""
    known = {'ghp "quoted"': "GITHUB_TOKEN", '{"id": 7}': "CLOUD_CREDENTIALS"}
    assert secrets_in(BESIDE) == Secrets(known)
