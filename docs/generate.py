"""Draws the pages of docs/ from the tables that the code runs on: `make docs`. A test holds the pages to them."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import yaml

from veocontracts.ledger import KINDS
from veocontracts.reference.mutants import MUTANTS
from veocontracts.report.junit import OUTCOMES
from veocontracts.rules import RULES
from veocontracts.terms import NEEDS
from veocontracts.timing.modes import CLAIMS
from veocontracts.verdict import MEANINGS
from veosim.cli import veosim_command
from veosim.clock import EPOCH
from veosim.dialects import DIALECTS
from veosim.dialects.base import Kind
from veosim.explain.drawing import line
from veosim.explain.rehearsal import Client, explain
from veosim.job import Job, Outcome, Plan, view
from veosim.media.sizes import ASPECTS, LYING, pixels
from veosim.resources import folder, openapi, scenario_files
from veosim.scenario.load import load_scenario
from veosim.scenario.measures import show_size
from veosim.scenario.variants import Variants
from veosim.units import SECOND

DOCS = Path(__file__).parent
GATEWAYS = DOCS.parent / "tests" / "gateways"
CREATED = int(EPOCH.timestamp())
BEGIN, END = "<!-- generated -->", "<!-- end -->"


def library() -> Iterator[str]:
    """Every shipped scenario, with what it does to the first job of a client that polls once a second."""
    yield "| folder | name | about | first job |"
    yield "|---|---|---|---|"
    client = Client(jobs=1, poll=SECOND)
    for name, path in sorted(scenario_files().items(), key=lambda item: (item[1].parent.name, item[0])):
        scenario = load_scenario(name)
        timeline = line(explain(scenario, client=client)).replace("|", r"\|")
        yield f"| {path.parent.name} | `{name}` | {scenario.about} | `{timeline}` |"


def outcomes() -> Iterator[str]:
    """What a poll answers at the end of each kind of job, on every wire; a job that is stuck has no end."""
    for dialect in DIALECTS.values():
        operation, body = dialect.example()
        request = dialect.parse(operation, body, Variants())
        for poll in (each for each in dialect.operations if each.kind is Kind.POLL):
            yield f"### {dialect.name}: `{poll.method} {poll.path}`\n"
            yield "| outcome | status | answer |"
            yield "|---|---|---|"
            for outcome in Outcome:
                plan = Plan(outcome, 0, 5 * SECOND)
                job = Job("ID", dialect.name, request, 0, plan, base="http://…", created_at=CREATED)
                answer = dialect.status(poll, job, view(job, 6 * SECOND))
                yield f"| `{outcome}` | {answer.status} | `{answer.body.decode()}` |"
            yield ""


def verdicts() -> Iterator[str]:
    """Every verdict, when it is given, and what it does to the run."""
    yield "| verdict | when | the run |"
    yield "|---|---|---|"
    for verdict, (when, effect) in MEANINGS.items():
        yield f"| {verdict} | {when} | {effect} |"


def ledgers() -> Iterator[str]:
    """Which BILL rules each kind of ledger can prove."""
    bill = sorted((rule for rule in RULES.values() if rule.family == "BILL"), key=lambda rule: rule.id)
    yield f"| `ledger` | tells | {' | '.join(rule.id.removeprefix('BILL-') for rule in bill)} |"
    yield f"|---|---{'|---' * len(bill)}|"
    for kind in KINDS:
        proved = ["✓" if kind.power in rule.needs else "" for rule in bill]
        yield f"| {kind.name} | {kind.about} | {' | '.join(proved)} |"


def time_modes() -> Iterator[str]:
    """Every time mode, in the order in which they are tried."""
    yield "| mode | how | may claim | suits |"
    yield "|---|---|---|---|"
    for mode, claim in CLAIMS.items():
        yield f"| {mode} | {claim.how} | {claim.claims} | {claim.suits} |"


def junit_outcomes() -> Iterator[str]:
    """What each verdict becomes in a JUnit file."""
    yield "| verdict | of a rule that the run depends on | of a SHOULD rule without `--strict`, or a waived one |"
    yield "|---|---|---|"
    for verdict in MEANINGS:
        yield f"| {verdict} | {' | '.join(OUTCOMES[verdict])} |"


def sizes() -> Iterator[str]:
    """What each resolution and aspect ratio is in pixels."""
    yield f"| resolution | {' | '.join(ASPECTS)} |"
    yield f"|---{'|---' * len(ASPECTS)}|"
    for resolution in LYING:
        shown = (show_size(pixels(resolution, aspect_ratio)) for aspect_ratio in ASPECTS)
        yield f"| `{resolution}`, in capitals or not | {' | '.join(shown)} |"


def rules() -> Iterator[str]:
    """Every rule, with its source, witness and mutants."""
    families: dict[str, list[str]] = defaultdict(list)
    for rule in RULES.values():
        families[rule.family].append(rule.id)
    for family, ids in families.items():
        yield f"## {family}"
        for rule_id in ids:
            rule = RULES[rule_id]
            killed = [f"`{mutant.name}`" for mutant in MUTANTS.values() if mutant.primary == rule_id]
            yield f"\n### {rule_id} ({rule.level})\n"
            yield f"{rule.sentence}\n"
            yield f"- source: {rule.source}"
            yield f"- witness: {rule.witness}"
            if rule.needs:
                yield f"- needs a ledger that shows {NEEDS[rule.needs]}"
            if rule.capability is not None:
                yield f"- skipped unless the profile declares `capabilities.{rule.capability}`"
            if rule.grains:
                yield f"- judged in parts: {', '.join(f'`{grain}`' for grain in rule.grains)}"
            yield f"- mutants: {', '.join(killed)}"
        yield ""


def mutants() -> Iterator[str]:
    """Every mutant, with what it does."""
    yield "| mutant | what it does | killed by | also turns red |"
    yield "|---|---|---|---|"
    for mutant in sorted(MUTANTS.values(), key=lambda mutant: (mutant.primary, mutant.name)):
        also = "; ".join(f"{rule}: {reason}" for rule, reason in mutant.also.items())
        yield f"| `{mutant.name}` | {mutant.about} | {mutant.primary} | {also} |"


def documents() -> Iterator[str]:
    """Which rules and which parts of the OpenAPI documents rest on which section."""
    rested: dict[tuple[str, str], list[str]] = defaultdict(list)
    for rule in RULES.values():
        for number, section in rule.source.sections.items():
            rested[number, section].append(rule.id)
    for path in sorted(folder("openapi").glob("*.yaml")):
        for number, section, where in _sources(openapi(path.stem), path.stem, ""):
            rested[number, section].append(f"`{where}`")
    yield "| document | section | what rests on it |"
    yield "|---|---|---|"
    for (number, section), what in sorted(rested.items()):
        yield f"| {number} | {section} | {', '.join(dict.fromkeys(what))} |"


def _sources(node: Any, name: str, at: str) -> Iterator[tuple[str, str, str]]:
    """Every `x-source` in a document: number, section, and the name of what carries it."""
    if isinstance(node, Mapping):
        found = node.get("x-source", [])
        for source in found if isinstance(found, list) else [found]:
            yield source["document"], source["section"], f"{name}: {node.get('operationId', at)}"
        for key, value in node.items():
            if key not in {"x-source", "example", "examples"}:
                inner = str(key) if key not in {"properties", "schema", "items", "allOf", "oneOf", "x-words"} else at
                yield from _sources(value, name, inner)
    elif isinstance(node, list):
        for value in node:
            yield from _sources(value, name, at)


def inferred() -> Iterator[str]:
    """What the OpenAPI documents of gateways and upstreams say that the five documents do not, with the reasons."""
    for path in sorted(folder("openapi").glob("*.yaml")):
        if path.stem == OURS:
            continue
        described: Any = openapi(path.stem)
        reasons: dict[str, list[str]] = defaultdict(list)
        for place, why in _guesses(described, ()):
            reasons[why].append(f"`{place}`")
        yield f"## {path.stem} ({', '.join(described['info']['x-documents'])})\n"
        yield "| where | what is not documented |"
        yield "|---|---|"
        for why, where in reasons.items():
            yield f"| {', '.join(dict.fromkeys(where))} | {why} |"
        yield ""


OURS = "control"
"""The simulator's own, which no document describes."""
LAYERS = {
    *("paths", "components", "schemas", "responses", "parameters", "headers", "securitySchemes", "callbacks", "info"),
    *("requestBody", "content", "application/json", "schema", "properties", "items", "allOf", "oneOf", "x-words"),
}
"""Keywords that say nothing of what they hold."""
VALUES = {"x-source", "x-inferred", "x-contradiction", "example", "examples", "default", "enum", "const", "description"}
GUESS = re.compile(r"\((?:both )?inferred\b")
"""What a sentence of a description says that is no more than that."""


def _guesses(node: Any, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What is inferred at a node and below: where, and why or what."""
    if isinstance(node, list):
        for value in node:
            yield from _guesses(value, place)
    elif isinstance(node, Mapping):
        place = _place(node, place)
        name = ".".join(part for part in place if not part.startswith(("/", "{")))
        yield from ((name, said) for said in _inferred_here(node))
        for key, value in node.items():
            if key not in VALUES:
                yield from _guesses(value, place if key in LAYERS else (*place, str(key)))


def _place(node: Mapping[str, Any], place: tuple[str, ...]) -> tuple[str, ...]:
    """Operations and parameters have names of their own."""
    if "operationId" in node:
        return (str(node["operationId"]),)
    return (*place, node["name"]) if "in" in node and isinstance(node.get("name"), str) else place


def _inferred_here(node: Mapping[str, Any]) -> Iterator[str]:
    """Its `x-inferred`, and the sentences of its description that say so of themselves."""
    if "x-inferred" in node:
        yield " ".join(str(node["x-inferred"]).split())
    described = " ".join(str(node.get("description", "")).split())
    yield from (sentence for sentence in re.split(r"(?<=\.) ", described) if GUESS.search(sentence))


def gateways() -> Iterator[str]:
    """Each example gateway: its profile, and what its planted bugs break."""
    for path in sorted(GATEWAYS.glob("*/profile.yaml")):
        name = path.parent.name
        bugs = yaml.safe_load((path.parent / "planted.yaml").read_text("utf-8"))["bugs"]
        yield f"## [{name}](../tests/gateways/{name}/README.md)\n"
        yield f"```yaml\n{path.read_text('utf-8').strip()}\n```\n"
        yield "| planted bug | what it does | breaks |"
        yield "|---|---|---|"
        for bug in bugs:
            yield f"| {bug['name']} | {' '.join(bug['about'].split())} | {', '.join(bug['breaks'])} |"
        yield ""


def commands() -> Iterator[str]:
    """Every command's own help."""
    context = click.Context(veosim_command, info_name="veosim", help_option_names=["-h", "--help"])
    yield from _helps(veosim_command, context)


def _helps(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context, max_content_width=100, terminal_width=100)
        yield f"## {inner.command_path}\n"
        yield f"```text\n{command.get_help(inner)}\n```\n"
        if isinstance(command, click.Group):
            yield from _helps(command, inner)


PAGES: Mapping[str, tuple[str, Callable[[], Iterator[str]]]] = {
    "scenarios.md": ("", library),
    "dialects.md": ("", outcomes),
    "media.md": ("", sizes),
    "documents.md": ("", documents),
    "inferred.md": ("", inferred),
    "rules.md": (
        "# The rules\n\nWhat a gateway that sells Veo video must do. `veosim rules show ID` adds an example.\n",
        rules,
    ),
    "mutants.md": (
        "# The mutants\n\nThe reference gateway with one defect each; `veosim selftest` catches every one.\n",
        mutants,
    ),
    "judging.md": ("", verdicts),
    "ledgers.md": ("", ledgers),
    "time.md": ("", time_modes),
    "ci.md": ("", junit_outcomes),
    "gateways.md": ("", gateways),
    "commands.md": ("# The commands\n", commands),
}
"""Each page: how it begins where it has no text of its own, and what is drawn into it."""


def drawn(name: str) -> str:
    """A page as it should be: its own text around the generated part."""
    beginning, draw = PAGES[name]
    path = DOCS / name
    text = path.read_text("utf-8") if path.exists() else f"{beginning}\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    body = "\n".join(line.rstrip() for part in draw() for line in part.split("\n")).strip("\n")
    return f"{before}{BEGIN}\n{body}\n{END}{after}"


def main() -> None:
    """Write every page."""
    for name in PAGES:
        (DOCS / name).write_text(drawn(name), "utf-8")
        sys.stdout.write(f"docs/{name}\n")


if __name__ == "__main__":
    main()
