"""How a gateway is reached: what a target may be, and what is refused, with the place and the fix."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from veocontracts.profile import Profile, load_profile
from veosim import SourceError

PROFILE = """\
profile: 1
gateway: {name: acme}
auth: {keys: {main: vk-main}}
timeout: {clock: {scaled: {factor: 60}}}
"""
ONE = "a target is exactly one of 'asgi', 'process', 'processes' and 'http'"


def load(folder: Path, rest: str, **environment: str) -> Profile:
    """The profile of that text, in that folder."""
    (folder / "p.yaml").write_text(PROFILE + rest)
    return load_profile(folder / "p.yaml", environment)


def problem(folder: Path, rest: str) -> str:
    """What is wrong with it, without the folder."""
    with pytest.raises(SourceError) as caught:
        load(folder, rest)
    return str(caught.value).removeprefix(f"{folder}/")


def test_a_folder_is_looked_for_beside_the_profile(tmp_path: Path) -> None:
    """One that is absolute stays; without any, processes run where the command runs."""
    processes = "{a: {command: [a], cwd: service}, b: {command: [b, '{port}'], cwd: /srv}, c: {command: [c]}}"
    started = load(tmp_path, f"target: {{processes: {processes}}}\n").target.started
    assert {name: each.cwd for name, each in started.items()} == {
        "a": str(tmp_path / "service"),
        "b": "/srv",
        "c": None,
    }
    alone = load(tmp_path, "target: {process: {command: [a], cwd: ..}}\n").target.started
    assert {name: each.cwd for name, each in alone.items()} == {"": str(tmp_path.parent)}


def test_one_that_runs_already_may_be_called_back(tmp_path: Path) -> None:
    """At its own host, which no other target adds to those of this machine."""
    reached = load(tmp_path, "target: {http: {base_url: 'http://gateway.test:8000/below/'}}\n").target
    assert reached.http is not None
    assert (reached.http.base_url, reached.hosts, reached.started) == (
        "http://gateway.test:8000/below",
        ("gateway.test",),
        {},
    )
    assert load(tmp_path, "target: {process: {command: [a]}}\n").target.hosts == ()


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("target: {}", f"p.yaml:5:9: target: {ONE}"),
        ("target: {http: {base_url: 'http://g'}, process: {command: [a]}}", f"p.yaml:5:9: target: {ONE}"),
        (
            "target: {processes: {api: {command: [a, '{port}']}, worker: {command: [w, '--port={port}']}}}",
            "p.yaml:5:21: target.processes: exactly one of the processes takes {port}, found api and worker",
        ),
        (
            "target: {processes: {worker: {command: [w]}}}",
            "p.yaml:5:21: target.processes: exactly one of the processes takes {port}, found none",
        ),
        (
            "target: {processes: {api: {command: [a, '{port}']}, db: {command: [d], ready: {within: 5s}}}}",
            (
                "p.yaml:5:79: target.processes.db.ready: a process that takes no {port} is found at an address of its "
                "own, as in 'connect: 127.0.0.1:5432' or 'get: http://127.0.0.1:9000/healthz'"
            ),
        ),
        (
            "target: {process: {command: [a, '{port}'], ready: {connect: 'db:70000'}}}",
            (
                "p.yaml:5:61: target.process.ready.connect: found 'db:70000'; allowed: host:port, such as "
                "127.0.0.1:5432; 65535 is the last one"
            ),
        ),
        (
            "target: {process: {command: [a, '{port}'], ready: {connect: 'db:1', get: /}}}",
            "p.yaml:5:61: target.process.ready.connect: a process is up by exactly one of 'get' and 'connect'",
        ),
        (
            "target: {http: {base_url: 'ftp://g'}}",
            "p.yaml:5:27: target.http.base_url: this is no base URL: allowed: an http(s) URL",
        ),
        (
            "target: {http: {base_url: 'http://g/?a=b'}}",
            "p.yaml:5:27: target.http.base_url: a base URL has no query and no fragment",
        ),
        (
            "target: {http: {base_url: 'http://g'}}\ncapabilities: {restart: true}",
            (
                "p.yaml:6:25: capabilities.restart: a gateway that runs already cannot be restarted; use "
                "target.process, or leave 'restart' out"
            ),
        ),
    ],
)
def test_what_no_target_can_be_is_refused(rest: str, said: str, tmp_path: Path) -> None:
    """With the place, what was found, and the way out."""
    assert problem(tmp_path, f"{rest}\n") == said


def test_what_the_environment_gave_is_remembered(tmp_path: Path) -> None:
    """So that it can be hidden; two profiles that differ in nothing else differ in that."""
    text = "target: {process: {command: [a, '${PLACE}']}}\n"
    profile = load(tmp_path, text, PLACE="here", OTHER="there")
    assert profile.from_environment == {"PLACE": "here"}
    assert profile.model_copy(update={"services": ("text",)}).from_environment == {"PLACE": "here"}
    with pytest.raises(ValidationError, match="frozen"):
        profile.api = "other"  # type: ignore[misc]
