"""The directions of imports, as a table: a module has a layer, and imports from that layer or from lower ones."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Lowest layer first. A unit is a module or a folder of a package: the first name after the package's own. The package's
# own name stands for its `__init__`, the face that users import; its `__version__` is free to all.
LAYERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "veosim": (
        ("clock", "seeded", "errors", "units", "yamlfile", "resources", "body", "inprocess"),
        ("media", "outbound", "reference_page"),
        ("job",),
        ("scenario", "faults", "delivery"),
        ("dialects", "spoils"),
        ("journal", "call", "results", "callbacks"),
        ("steering", "namespace", "tenants", "simulator"),
        ("explain", "watch"),
        ("reading", "misses", "endpoint", "browse", "control"),
        ("app",),
        ("server",),
        ("veosim",),
        ("client", "client_records", "fixture", "receiver"),
        ("cli", "pytest_plugin"),
    ),
    "veocontracts": (
        ("terms", "steps", "events", "history", "reference", "pointers", "wires", "documents", "places", "secrets"),
        ("rules", "profile"),
        ("effort", "signature", "tally", "verdict", "known_failures", "pictures", "rulebook"),
        (
            "report",
            "faces",
            "ledger",
            "answers",
            "conformance",
            "keys",
            "orders",
            "caller",
            "inbox",
            "notebook",
            "upstream_view",
            "profiles",
            "recording",
            "arguments",
            "example",
            "timing",
            "targets",
        ),
        ("world", "setting", "record", "bench", "failures"),
        ("worlds", "replaying", "addresses"),
        ("engines", "shrink"),
        ("workloads",),
        ("runner", "init"),
        ("veocontracts",),
        ("cli", "demo"),
    ),
}
FOLDERS = {"veosim": "simulator", "veocontracts": "contracts"}
# What a package may import of the other one.
NEIGHBOURS: dict[str, frozenset[str]] = {"veosim": frozenset(), "veocontracts": frozenset({"veosim"})}

# Units that may import only these units of ours, whatever their layer allows.
ONLY: dict[str, frozenset[str]] = {
    "veocontracts.rules": frozenset(
        {
            "veocontracts.rules",
            "veocontracts.history",
            "veocontracts.events",
            "veocontracts.terms",
            "veocontracts.wires",
        }
    ),
    "veocontracts.reference": frozenset(
        {"veocontracts.reference"} | {f"veosim.{name}" for name in LAYERS["veosim"][0] if name != "resources"}
    ),
}
# Units that import the standard library and ours, and nothing from elsewhere.
PURE = frozenset({"veocontracts.rules"})

TERMINAL = frozenset({"veosim.cli", "veocontracts.cli"})
WEB = TERMINAL | {
    "veosim.app",
    "veosim.endpoint",
    "veosim.reading",
    "veosim.browse",
    "veosim.control",
    "veosim.server",
    "veosim.body",
    "veosim.pytest_plugin",
    "veosim.receiver",
    "veocontracts.timing",
    "veocontracts.targets",
    "veocontracts.reference",
}
# Libraries of others, and the units that may know them.
FENCES = {"click": TERMINAL, "rich": TERMINAL, "starlette": WEB, "uvicorn": WEB}

RANKS = {
    package if name == package else f"{package}.{name}": rank
    for package, layers in LAYERS.items()
    for rank, layer in enumerate(layers)
    for name in layer
}


@dataclass(frozen=True)
class Import:
    """One imported module, and the line that imports it."""

    line: int
    target: str

    @property
    def unit(self) -> str:
        """The row of the table that the target belongs to."""
        return unit_of(self.target)


def unit_of(module: str) -> str:
    """`veosim.faults.drip` belongs to `veosim.faults`; a library of others to its first name."""
    package, *rest = module.split(".")
    return f"{package}.{rest[0]}" if rest and package in LAYERS else package


def imports_of(source: str) -> Iterator[Import]:
    """Every import in a module, wherever it stands: at the top, in a function, under TYPE_CHECKING."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield Import(node.lineno, "." * node.level + (node.module or ""))
        elif isinstance(node, ast.ImportFrom) and node.module in LAYERS:
            names = [alias.name for alias in node.names if alias.name != "__version__"]
            yield from (Import(node.lineno, member(node.module, name)) for name in names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield Import(node.lineno, node.module)


def member(package: str, name: str) -> str:
    """`from veosim import job` imports a module; `from veosim import Simulator` imports from the package's face."""
    folder = ROOT / FOLDERS[package] / package
    is_module = f"{package}.{name}" in RANKS or (folder / f"{name}.py").exists() or (folder / name).is_dir()
    return f"{package}.{name}" if is_module else package


def objection(importer: str, found: Import) -> str | None:
    """Why a unit may not import this, or None when it may."""
    package, other = importer.partition(".")[0], found.target.partition(".")[0]
    if not other:
        return "by a relative name; write the whole one"
    if other not in LAYERS:
        return objection_to_library(importer, other)
    if other not in NEIGHBOURS[package] | {package} or found.unit not in ONLY.get(importer, {found.unit}):
        return "against the layers"
    if found.unit not in RANKS:
        return "which has no layer; give it one in LAYERS"
    if other == package and RANKS[found.unit] > RANKS[importer]:
        return "against the layers"
    return None


def objection_to_library(importer: str, library: str) -> str | None:
    """The same, for a library that is not ours."""
    if library in sys.stdlib_module_names:
        return None
    if importer in PURE or importer not in FENCES.get(library, {importer}):
        return "against the layers"
    return None


def judge(module: str, source: str, place: str) -> list[str]:
    """Every import of one module that the tables forbid, as `file:line imports X, against the layers`."""
    importer = unit_of(module)
    if importer not in RANKS:
        return [f"{place}:1 is {module}, which has no layer; give it one in LAYERS"]
    objections = [(found, objection(importer, found)) for found in imports_of(source)]
    return [f"{place}:{found.line} imports {found.target}, {why}" for found, why in objections if why]


def circle(edges: set[tuple[str, str]]) -> list[str]:
    """Units that import each other in a ring, or nothing."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for importer, imported in sorted(edges):
        sorter.add(importer, imported)
    try:
        sorter.prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def modules() -> list[tuple[str, Path]]:
    """Every module of the two packages, with its file."""
    found = []
    for package, folder in FOLDERS.items():
        for path in sorted((ROOT / folder / package).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


def test_every_import_runs_down_the_layers() -> None:
    """No module of either package imports what its layer may not know."""
    found = [
        line
        for module, path in modules()
        for line in judge(module, path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    ]
    assert not found, "\n" + "\n".join(found)


def test_no_units_import_each_other_in_a_circle() -> None:
    """Units of one layer may use each other, in one direction."""
    edges = {
        (unit_of(module), found.unit)
        for module, path in modules()
        for found in imports_of(path.read_text(encoding="utf-8"))
        if found.unit in RANKS and found.unit != unit_of(module)
    }
    assert circle(edges) == []


def test_the_table_names_no_unit_that_is_gone() -> None:
    """Every row of the table is a module or a folder with modules."""
    assert set(RANKS) - {unit_of(module) for module, _ in modules()} == set()


def test_the_architecture_page_is_short_and_names_every_unit() -> None:
    """ARCHITECTURE.md stays under sixty lines and shows the units of each package, layer by layer."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    shown = {package: table_under(page, package) for package in LAYERS}
    faces = {package: [layer for layer in layers if layer != (package,)] for package, layers in LAYERS.items()}
    assert shown == faces
    assert len(page.splitlines()) < 60


def table_under(page: str, package: str) -> list[tuple[str, ...]]:
    """The rows of the page's table that follows the package's name, each as the names in its first column."""
    _, _, rest = page.partition(f"\n`{package}`\n\n| layer | for |\n|---|---|\n")
    table, _, _ = rest.partition("\n\n")
    return [tuple(row.split("|")[1].replace("`", "").split()) for row in table.splitlines()]


@pytest.mark.parametrize(
    ("module", "source", "complaints"),
    [
        ("veosim.job", "import veosim.app", ["made-up.py:1 imports veosim.app, against the layers"]),
        ("veosim.job", "from veosim import server", ["made-up.py:1 imports veosim.server, against the layers"]),
        ("veosim.job", "from veosim import Simulator", ["made-up.py:1 imports veosim, against the layers"]),
        ("veosim.job", "from veosim import __version__", []),
        ("veosim.job", "from veosim.clock import Clock", []),
        ("veosim.faults.drip", "from veosim.faults.base import Fault", []),
        (
            "veosim.scenario.load",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from veosim.dialects.base import Dialect",
            ["made-up.py:3 imports veosim.dialects.base, against the layers"],
        ),
        (
            "veosim.clock",
            "def late() -> None:\n    import veosim.cli.serve, json",
            ["made-up.py:2 imports veosim.cli.serve, against the layers"],
        ),
        ("veosim.cli", "import veocontracts.cli", ["made-up.py:1 imports veocontracts.cli, against the layers"]),
        ("veocontracts.cli", "from veosim.cli import main", []),
        (
            "veosim.job",
            "from .clock import Clock",
            ["made-up.py:1 imports .clock, by a relative name; write the whole one"],
        ),
        (
            "veosim.app",
            "import veosim.nowhere",
            ["made-up.py:1 imports veosim.nowhere, which has no layer; give it one in LAYERS"],
        ),
        (
            "veosim.nowhere.deep",
            "import json",
            ["made-up.py:1 is veosim.nowhere.deep, which has no layer; give it one in LAYERS"],
        ),
        (
            "veosim.simulator",
            "import starlette.requests",
            ["made-up.py:1 imports starlette.requests, against the layers"],
        ),
        ("veosim.app", "from starlette.requests import Request", []),
        ("veocontracts.report.console", "import rich", ["made-up.py:1 imports rich, against the layers"]),
        ("veocontracts.cli.check", "import rich.table", []),
        ("veocontracts.rules.bill", "import pydantic", ["made-up.py:1 imports pydantic, against the layers"]),
        ("veocontracts.rules.bill", "import veosim.units", ["made-up.py:1 imports veosim.units, against the layers"]),
        ("veocontracts.rules.bill", "from veocontracts.history import History\nimport decimal", []),
        (
            "veocontracts.reference.gateway",
            "import veocontracts.rules\nfrom veosim.resources import openapi\nimport veosim.job",
            [
                "made-up.py:1 imports veocontracts.rules, against the layers",
                "made-up.py:2 imports veosim.resources, against the layers",
                "made-up.py:3 imports veosim.job, against the layers",
            ],
        ),
        ("veocontracts.reference.gateway", "import veosim.clock, starlette.applications", []),
    ],
)
def test_the_check_bites(module: str, source: str, complaints: list[str]) -> None:
    """A made-up module draws exactly the complaints that it deserves."""
    assert judge(module, source, "made-up.py") == complaints


def test_the_search_for_circles_bites() -> None:
    """A ring of units is found and shown whole; a line of units is none."""
    assert circle({("a", "b"), ("b", "c"), ("c", "a")}) in (
        ["a", "c", "b", "a"],
        ["b", "a", "c", "b"],
        ["c", "b", "a", "c"],
    )
    assert circle({("a", "b"), ("b", "c"), ("a", "c")}) == []
