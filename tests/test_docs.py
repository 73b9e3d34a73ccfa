"""The pages of docs/ and the README say what the code does, and leave nothing out."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
import yaml

from veocontracts.faces.build import MOST
from veocontracts.known_failures.file import Entry, File, load_known_failures
from veocontracts.profile import Ledger, Profile, load_profile
from veocontracts.profile.api import NAMES, Api, Shown, Submit
from veocontracts.rules import RULES
from veocontracts.tally import KINDS
from veocontracts.verdict import Flaw
from veosim.dialects import DIALECTS
from veosim.faults import INSTEAD, WITHIN
from veosim.scenario.callbacks import CallbackRules, RetryRules
from veosim.scenario.exchanges import BreakHow, ExchangeEntry, Exchanges, ExchangeWhen, Respond
from veosim.scenario.jobs import ErrorWords, JobEntry, JobWhen, ResultEntry
from veosim.scenario.limits import Limits
from veosim.scenario.load import parse_scenario
from veosim.scenario.model import Scenario
from veosim.scenario.times import Lognormal, Percentiles, Uniform
from veosim.scenario.variants import (
    ApiVideoVariant,
    GenerationsMetadataVariant,
    GenerationsSecondsVariant,
    Variants,
)
from veosim.spoils import SPOILS
from veosim.yamlfile import Strict

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def generator() -> ModuleType:
    """docs/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", generator().PAGES)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    """What `make docs` would write is what is there."""
    assert (ROOT / "docs" / name).read_text("utf-8") == generator().drawn(name)


def inferences(node: Any) -> Iterator[str]:
    """Every reason that a node of an OpenAPI document, or one below it, gives for an inference."""
    if isinstance(node, dict) and "x-inferred" in node:
        yield " ".join(node["x-inferred"].split())
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from inferences(child)


@pytest.mark.parametrize("name", ["api-video", "cn8-gateway", *sorted(set(DIALECTS) - {"api-video"})])
def test_every_inference_is_listed(name: str) -> None:
    """The page has the reason for each, under the document in which it stands; the README leads there."""
    page = (ROOT / "docs" / "inferred.md").read_text("utf-8")
    part = page.partition(f"\n## {name} (")[2].partition("\n## ")[0]
    reasons = set(inferences(yaml.safe_load((ROOT / "openapi" / f"{name}.yaml").read_text("utf-8"))))
    assert reasons
    assert {reason for reason in reasons if f"| {reason} |" not in part} == set()
    assert "(docs/inferred.md)" in README


LANGUAGE: list[type[Strict]] = [
    *(Uniform, Lognormal, Percentiles, Limits),
    *(Scenario, JobEntry, JobWhen, ErrorWords, ResultEntry, Exchanges, ExchangeEntry, ExchangeWhen, Respond),
    BreakHow,
    *(CallbackRules, RetryRules),
    *(Variants, ApiVideoVariant, GenerationsSecondsVariant, GenerationsMetadataVariant),
]


@pytest.mark.parametrize("model", LANGUAGE)
def test_every_key_of_the_language_is_documented(model: type[Strict]) -> None:
    """The page of the scenario language names each key."""
    page = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
    keys = {info.alias or name for name, info in model.model_fields.items()}
    assert {key for key in keys if f"`{key}`" not in page} == set()


def test_every_fault_is_documented() -> None:
    """Each way to break a connection and to spoil an answer has a row of its own."""
    page = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
    rows = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert {*INSTEAD, *WITHIN, *SPOILS} - rows == set()


def test_the_scenario_of_the_page_loads() -> None:
    """What is built on others is valid."""
    page = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
    assert [parse_scenario(block).scenario for block in blocks(page, "yaml")] == ["realistic-but-flaky"]


def test_the_scenario_of_the_readme_loads() -> None:
    """The example is valid."""
    example = next(block for block in blocks(README, "yaml") if block.startswith("scenario:"))
    assert parse_scenario(example).scenario == "flaky-then-slow"


def test_the_profile_of_the_readme_loads(tmp_path: Path) -> None:
    """The example is valid once its variables are set."""
    example = next(block for block in blocks(README, "yaml") if block.startswith("profile:"))
    path = tmp_path / "gateway.yaml"
    path.write_text(example, "utf-8")
    keys = {"ACME_KEY": "a", "ACME_KEY_WITHOUT_SERVICES": "b"}
    assert load_profile(path, keys).auth.keys == {"main": "a", "unentitled": "b"}


@pytest.mark.parametrize("page", ["README.md", "docs/fixture.md", "docs/control.md"])
def test_the_examples_for_pytest_pass(page: str, tmp_path: Path) -> None:
    """Every Python block of the page runs as a test module, or as the conftest beside one."""
    for number, block in enumerate(blocks((ROOT / page).read_text("utf-8"), "python")):
        is_test = "def test_" in block
        (tmp_path / (f"test_{number}.py" if is_test else "conftest.py")).write_text(block, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:schemathesis", "-p", "no:cacheprovider", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_known_failures_of_the_page_load(tmp_path: Path) -> None:
    """The example is valid, and the key of the profile beside it is one."""
    page = (ROOT / "docs" / "known-failures.md").read_text("utf-8")
    example, profile = blocks(page, "yaml")
    path = tmp_path / "known-failures.yaml"
    path.write_text(example, "utf-8")
    (known,) = load_known_failures(path)
    assert known.name in RULES
    assert set(yaml.safe_load(profile)) <= set(Profile.model_fields)


def test_the_page_of_known_failures_is_complete() -> None:
    """Each key of an entry, and each reason to mend one."""
    page = (ROOT / "docs" / "known-failures.md").read_text("utf-8")
    rows = {line.split("|")[1].strip().strip("`") for line in page.splitlines() if line.startswith("| ")}
    assert {*File.model_fields, *Entry.model_fields, *get_args(Flaw)} - rows == set()
    assert f"At most {KINDS} are kept" in page


def test_every_key_of_a_profile_is_documented() -> None:
    """The page on judging has a row for each, or for each of its parts."""
    page = (ROOT / "docs" / "judging.md").read_text("utf-8")
    rows = {re.split("[`.]", line)[1] for line in page.splitlines() if line.startswith("| `")}
    assert set(Profile.model_fields) - rows == set()


def test_every_ledger_is_documented() -> None:
    """The page has each key, and each of its examples is a ledger."""
    page = (ROOT / "docs" / "ledgers.md").read_text("utf-8")
    found = [Ledger.model_validate(yaml.safe_load(text)["ledger"]) for text in blocks(page, "yaml")]
    kinds = Ledger.model_fields.keys() - {"settle"}
    assert {kind for each in found for kind in kinds if getattr(each, kind) is not None} == kinds
    parts = [part for each in found for kind in kinds if isinstance(part := getattr(each, kind), Strict)]
    names = {*Ledger.model_fields, *(name for part in parts for name in type(part).model_fields)}
    assert {name for name in names if not re.search(rf"[`{{ .]{name}(: |:$|`)", page, re.MULTILINE)} == set()


FACES = (ROOT / "docs" / "faces.md").read_text("utf-8")


def test_the_page_of_faces_shows_what_is_tested() -> None:
    """The API that it spells out is the one that the tests judge; the other example is a part of a profile."""
    dialect, own = map(yaml.safe_load, blocks(FACES, "yaml"))
    profile = yaml.safe_load((ROOT / "tests" / "gateways" / "acme-profile.yaml").read_text("utf-8"))
    assert own == {"api": profile["api"]}
    assert set(dialect) <= set(Profile.model_fields)
    assert dialect["api"] in NAMES


def test_the_page_of_faces_is_complete() -> None:
    """Each face that ships, and each key of one that is spelled out."""
    models: list[type[Strict]] = [Api, Submit, Shown]
    keys = {name for model in models for name in model.model_fields} | {"job.get", "answer.id"}
    assert {name for name in NAMES if f"| `{name}` |" not in FACES} == set()
    assert {key for key in keys - {"submit", "job", "answer"} if f"`{key}`" not in FACES} == set()
    assert f"more than\n{MOST} combinations" in FACES


def test_links_lead_somewhere() -> None:
    """Every relative link of the README and the pages names a file that exists."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
