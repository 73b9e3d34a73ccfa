"""Tests of `veocontracts.profile.explain`."""

import json
from pathlib import Path

from veocontracts.profile.explain import Explained, explained
from veosim.seeded import fingerprint

NAMED = """\
profile: 1
gateway: {name: acme}
target:
  processes:
    worker: {command: [work], env: {WORKER_SECRET: in-a-process, QUEUE: jobs}}
    web: {command: [acme, "{port}"]}
upstream: {key: up-literal}
auth: {keys: {main: "odd{key"}}
ledger:
  file: {path: charges.jsonl, key: /api_key}
timeout:
  clock:
    test: {advance: {post: /clock, headers: {Authorization: Bearer move-it, X-By: us}, body: {token: 7654321}}}
"""
ASGI = """\
profile: 1
gateway: {name: acme}
target:
  asgi:
    factory: acme:app
    kwargs: {api_key: in-kwargs, url: "redis://me:p/w@host", db: {passwords: [one-deep, "${A}"], is_token: {on: true}}}
auth: {keys: {main: "${A}"}}
"""
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


def _explained(tmp_path: Path, text: str = PROFILE) -> dict[str, Explained]:
    path = tmp_path / "gateway.yaml"
    path.write_text(text, encoding="utf-8")
    found = explained(path, {"KEY_A": "the-very-secret", "TOKEN": "another-secret", "A": "vk-main"})
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


def test_what_a_name_of_the_gateways_own_tells_of_is_not_shown(tmp_path: Path) -> None:
    """In any process's environment, in headers and bodies; what is a word of profiles tells of nothing."""
    found = {key: each.value for key, each in _explained(tmp_path, NAMED).items()}
    advance = "timeout.clock.test.advance"
    assert json.loads(found["target.processes.worker"]) == {
        "command": ["work"],
        "env": {"WORKER_SECRET": fingerprint("in-a-process"), "QUEUE": "jobs"},
    }
    assert {
        key: found[key] for key in ("auth.keys.main", "upstream.key", "ledger.file.key", f"{advance}.body.token")
    } == {
        "auth.keys.main": fingerprint("odd{key"),
        "upstream.key": fingerprint("up-literal"),
        "ledger.file.key": "/api_key",
        f"{advance}.body.token": fingerprint("7654321"),
    }
    assert [found[f"{advance}.headers.{name}"] for name in ("Authorization", "X-By")] == [
        fingerprint("Bearer move-it"),
        "us",
    ]


def test_a_factory_s_arguments_show_no_secret(tmp_path: Path) -> None:
    """A password in an address is left out; a variable stands for its own value."""
    found = {key: each.value for key, each in _explained(tmp_path, ASGI).items()}
    assert (found["target.asgi.kwargs.api_key"], found["target.asgi.kwargs.url"]) == (
        fingerprint("in-kwargs"),
        "redis://me:…@host",
    )
    assert json.loads(found["target.asgi.kwargs.db"]) == {
        "passwords": [fingerprint("one-deep"), "${A}"],
        "is_token": {"on": True},
    }
