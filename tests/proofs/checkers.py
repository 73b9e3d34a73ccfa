"""The checkers themselves, mutated: each finding of each rule is neutered in turn, and a golden history must notice.

A rule's module is parsed, one place in it that reports a break is made to report a kept promise, and it is imported
again, with those that import from it. Then the golden histories of their rules are judged.

Run it with `python -m tests.proofs.checkers`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType

from tests.contracts.rules.test_catalogue import GOLDEN

from veocontracts import rules
from veocontracts.rules import RULES, Observation

FOLDER = Path(rules.__file__).parent
MACHINERY = {"__init__", "base"}
"""Modules that hold no rules."""
FINDINGS = {"broken", "judged", "Observation"}
KEPT = "_kept"


@dataclass(frozen=True, slots=True)
class Site:
    """A call in a rule's module that makes an observation."""

    module: str
    line: int
    column: int
    code: str

    def __str__(self) -> str:
        return f"{self.module}.py:{self.line}: {self.code}"


def kept(observation: Observation) -> Observation:
    """What the neutered place reports: whatever it saw, the promise was kept."""
    return replace(observation, held=True, expected="", actual="", at=None)


class _Neuter(ast.NodeTransformer):
    """Wraps the call at one place."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if (node.lineno, node.col_offset) != (self._site.line, self._site.column) or not _finds(node):
            return node
        wrapped = ast.Call(ast.Name(KEPT, ast.Load()), [node], [])
        return ast.fix_missing_locations(ast.copy_location(wrapped, node))


def _finds(node: ast.AST) -> bool:
    """Whether this is a call that may report a break; one that says held in so many words does not."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in FINDINGS:
        return False
    given = [*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "held")]
    return not any(isinstance(value, ast.Constant) and value.value is True for value in given)


def sites() -> list[Site]:
    """Every place of every rule that can report a break, in order."""
    found = []
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem in MACHINERY:
            continue
        source = path.read_text(encoding="utf-8")
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and _finds(node)]
        for node in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
            code = ast.get_source_segment(source, node) or ""
            found.append(Site(path.stem, node.lineno, node.col_offset, " ".join(code.split())))
    return found


@cache
def users(module: str) -> tuple[str, ...]:
    """The rules' modules that import from this one, and theirs."""
    found: dict[str, None] = {}
    for path in sorted(FOLDER.glob("*.py")):
        imports = f"from {rules.__name__}.{module} import " in path.read_text(encoding="utf-8")
        if imports and path.stem not in MACHINERY:
            found |= dict.fromkeys((path.stem, *users(path.stem)))
    return tuple(found)


@contextmanager
def neutered(site: Site) -> Iterator[list[str]]:
    """The catalogue with one place neutered; yields the ids of the rules that may notice."""
    names = {module: f"{rules.__name__}.{module}" for module in (site.module, *users(site.module))}
    catalogue, modules = dict(RULES), {name: sys.modules[name] for name in names.values()}
    own = [rule.id for rule in catalogue.values() if rule.judge.__module__ in modules]
    try:
        for rule_id in own:
            del RULES[rule_id]
        for module, name in names.items():
            path = FOLDER / f"{module}.py"
            tree: ast.AST = ast.parse(path.read_text(encoding="utf-8"))
            sys.modules[name] = again = ModuleType(name)
            again.__dict__[KEPT] = kept
            code = compile(_Neuter(site).visit(tree) if module == site.module else tree, path, "exec")  # type: ignore[arg-type]
            exec(code, again.__dict__)  # noqa: S102  our own source
        yield own
    finally:
        sys.modules.update(modules)
        RULES.clear()
        RULES.update(catalogue)


def noticed(site: Site) -> bool:
    """Whether a golden history tells that the place is neutered."""
    with neutered(site) as own:
        return any(
            tuple(RULES[golden.rule].judge(golden.history)) != golden.observations
            for golden in GOLDEN
            if golden.rule in own
        )


def main() -> int:
    """Neuter every place in turn; the exit code is 1 if one goes unnoticed."""
    every = sites()
    unnoticed = [site for site in every if not noticed(site)]
    lines = [f"unnoticed  {site}" for site in unnoticed]
    lines.append(
        f"{len(every) - len(unnoticed)} of {len(every)} findings of {len(RULES)} rules are missed when neutered"
    )
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return bool(unnoticed)


if __name__ == "__main__":
    sys.exit(main())
