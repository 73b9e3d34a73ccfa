"""The snippets of docs/ci.md and the README do what they say, on the servers' terms."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from tests.support.checks import ROOT, unmeasured, write_profile
from tests.support.junit import outcomes, problems

from veocontracts.verdict import Exit
from veosim.cli import veosim_command

PAGES = ("docs/ci.md", "README.md")
WHERE = re.compile(r"^```(?:yaml|console|bash)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VEOSIM = re.compile(r"^(?:\$ )?(veosim (?:check|replay|judge|init|rules|selftest)\b[^#|<>\n]*)", re.MULTILINE)
KEYS = {"ACME_KEY": "vk-main", "ACME_KEY_WITHOUT_SERVICES": "vn-none"}
SHELLS = {None: ("-e",), "bash": ("--noprofile", "--norc", "-eo", "pipefail")}
"""What GitHub gives bash: a step that names no shell runs without pipefail."""


@dataclass(frozen=True, slots=True)
class Step:
    """A script, and what the server gives the shell that runs it."""

    script: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A pipeline of a page.

    Attributes:
        steps: its shell steps in order.
        kept: the files that the server keeps, whatever the outcome.
        junit: the one that it reads as JUnit, where it does.
    """

    page: str
    server: str
    steps: list[Step]
    kept: list[str]
    junit: str | None


def snippets() -> Iterator[Snippet]:
    """Every pipeline of the pages."""
    for page in PAGES:
        for block in re.findall(r"^```yaml\n(.*?)^```$", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL):
            data = yaml.safe_load(block)
            if "jobs" in data and "permissions" in data:
                yield github(page, data)
            elif "script" in data.get("veosim", {}):
                yield gitlab(page, data["veosim"])


def github(page: str, data: dict[Any, Any]) -> Snippet:
    """A workflow: `on` is a word that YAML 1.1 reads as true."""
    assert set(data) == {"name", True, "permissions", "jobs"}
    ((_, job),) = data["jobs"].items()
    assert set(job) == {"runs-on", "timeout-minutes", "steps"}
    steps = job["steps"]
    for step in steps:
        assert ("run" in step) != ("uses" in step), step
        assert set(step) <= {"name", "if", "uses", "with", "run", "shell", "env"}, step
    (upload,) = [step for step in steps if step.get("uses", "").startswith("actions/upload-artifact@")]
    assert upload["if"] == "${{ !cancelled() }}"
    named = {name for step in steps for name in step.get("env", {})}
    assert named == {"VEOSIM_URL", *KEYS}
    scripts = [Step(step["run"], SHELLS[step.get("shell")]) for step in steps if "run" in step]
    return Snippet(page, "github", scripts, upload["with"]["path"].split(), None)


def gitlab(page: str, job: dict[str, Any]) -> Snippet:
    """A job."""
    assert set(job) == {"image", "timeout", "script", "artifacts"}
    artifacts = job["artifacts"]
    assert set(artifacts) == {"when", "paths", "reports"}
    assert artifacts["when"] == "always"
    kept = [path.rstrip("/") for path in artifacts["paths"]]
    steps = [Step("\n".join(job["script"]), ("-eo", "pipefail"))]
    return Snippet(page, "gitlab", steps, kept, artifacts["reports"]["junit"])


SNIPPETS = list(snippets())


def test_the_pages_have_both_servers() -> None:
    """A snippet each on the page, and in the README what fits there."""
    assert {(snippet.page, snippet.server) for snippet in SNIPPETS} >= {
        ("docs/ci.md", "github"),
        ("docs/ci.md", "gitlab"),
        ("README.md", "gitlab"),
        ("README.md", "github"),
    }


def commands() -> list[tuple[str, str]]:
    """Every command of the suite that a block of the pages shows, and those of the snippets."""
    found = []
    for page in (*PAGES, "docs/judging.md", "docs/known-failures.md"):
        for block in WHERE.findall((ROOT / page).read_text("utf-8")):
            found += [(page, line.strip()) for line in VEOSIM.findall(block)]
    found += [
        (snippet.page, line.strip())
        for snippet in SNIPPETS
        for step in snippet.steps
        for line in VEOSIM.findall(step.script)
    ]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(("page", "line"), commands())
def test_every_command_can_be_typed(page: str, line: str) -> None:
    """Its options exist, and take what they are given."""
    _, name, *arguments = shlex.split(line)
    with click.Context(veosim_command, **veosim_command.context_settings) as context:
        command = veosim_command.get_command(context, name)
        assert command is not None
        command.make_context(name, arguments, parent=context)


def test_every_exit_code_is_told() -> None:
    """What each of them means for a pipeline, in a row of its own."""
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)] == list(Exit)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout, and a PATH on which `pip` writes down what it is asked for, and `veosim` looks at few rules."""
    programs = tmp_path / "programs"
    programs.mkdir()
    few = "--rule BILL-06 --depth 1 --examples 1"
    bodies = {
        "pip": f'echo "$@" >> "{tmp_path}/installed"',
        "veosim": f'exec "{sys.executable}" -c "from veosim.cli import main; main()" "$@" {few}',
    }
    for name, body in bodies.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    for name, value in unmeasured().items():
        monkeypatch.setenv(name, value)
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    return checkout


def ran(snippet: Snippet, server: Path) -> tuple[int, str]:
    """The steps' last exit code that was not 0, and what was printed; a step that shows results runs always."""
    environment = {
        **unmeasured(),
        **KEYS,
        "PATH": f"{server.parent / 'programs'}:{unmeasured()['PATH']}",
        "VEOSIM_URL": "https://git.example.com/veosim.git",
        "GITHUB_STEP_SUMMARY": str(server.parent / "summary.md"),
    }
    code, printed = 0, ""
    for number, step in enumerate(snippet.steps):
        path = server.parent / f"step-{number}.sh"
        path.write_text(step.script)
        shell = shutil.which("bash")
        assert shell is not None
        done = subprocess.run(
            [shell, *step.options, str(path)],
            cwd=server, env=environment, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        code, printed = code or done.returncode, printed + done.stdout + done.stderr
    return code, printed


GOOD, BAD = (None, 0, "passed"), ("bills-status-error", 1, "failure")
JUDGED = [
    pytest.param(
        snippet,
        *ending,
        id=f"{snippet.page}-{snippet.server}-{ending[2]}",
        # Each snippet is run each time, those of the front page on a bad gateway; the rest belongs to the long proofs.
        marks=() if (snippet.page == "README.md") == (ending is BAD) else pytest.mark.prove,
    )
    for snippet in SNIPPETS
    for ending in (GOOD, BAD)
]


@pytest.mark.parametrize(("snippet", "mutant", "code", "outcome"), JUDGED)
def test_a_snippet_judges_the_gateway(
    snippet: Snippet, mutant: str | None, code: Exit, outcome: str, server: Path
) -> None:
    """Its steps as they stand: the build ends as the verdict says, and what the server keeps is there."""
    kwargs = {"upstream_url": "{upstream_url}", "upstream_app": "{upstream_app}", "mutant": mutant}
    factory = "veocontracts.reference.app:create"
    keys = {"main": "${ACME_KEY}", "unentitled": "${ACME_KEY_WITHOUT_SERVICES}"}
    changes: dict[str, Any] = {
        "target": {"asgi": {"factory": factory, "kwargs": {k: v for k, v in kwargs.items() if v is not None}}},
        "auth": {"header": "Authorization: Bearer {key}", "keys": keys, "mint": "vk-{n}"},
    }
    write_profile(server, changes).rename(server / "gateway.yaml")
    ended, printed = ran(snippet, server)
    assert ended == code, printed
    asked = (server.parent / "installed").read_text()
    assert asked == "install veosim[contracts] @ git+https://git.example.com/veosim.git\n"
    document = (server / "veosim.xml").read_text("utf-8")
    assert problems(document) == []
    assert list(outcomes(document).values()) == [outcome]
    assert snippet.junit in {None, "veosim.xml"}
    assert "veosim.xml" in snippet.kept
    for kept in snippet.kept:
        assert (server / kept).exists(), kept
    if any("GITHUB_STEP_SUMMARY" in step.script for step in snippet.steps):
        summary = (server.parent / "summary.md").read_text("utf-8")
        assert summary.startswith("```text\ngateway reference")
        assert summary.endswith(f"(1 {'PASS' if mutant is None else 'FAIL'})\n```\n")
