"""What holds for every file of the repository, whoever wrote it."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_MODULE = 350

# A folder of somebody's machine, where a path may begin; `https://host/home/page` is none.
MACHINE_PATH = re.compile(r"(?<![\w.}/-])(?:/(?:home|Users)/\w|/(?:root|work)/|[A-Z]:\\Users\\)")
CLOCKS = {"time", "asyncio", "anyio", "trio"}


def modules() -> list[Path]:
    """Every module of the two packages."""
    return sorted(path for folder in ("simulator", "contracts") for path in (ROOT / folder).rglob("*.py"))


def named(path: Path) -> str:
    """A file's name as messages show it."""
    return path.relative_to(ROOT).as_posix()


def sources() -> list[Path]:
    """Every file that is, or could be, committed."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("needs a git checkout to tell sources from leftovers")
    # A checkout owned by somebody else, as in containers, is still this checkout.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(path for name in listing.split("\0") if name and (path := ROOT / name).is_file())


def machine_paths(text: str) -> list[int]:
    """The numbers of the lines that name a folder of one machine."""
    return [number for number, line in enumerate(text.splitlines(), 1) if MACHINE_PATH.search(line)]


def unexplained_sleeps(source: str) -> list[int]:
    """The numbers of the lines that sleep in real time without a `# why:` there or on the line above."""
    lines = source.splitlines()
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and sleeps(node)]
    return sorted(
        call.lineno for call in calls if "# why:" not in "\n".join(lines[max(call.lineno - 2, 0) : call.end_lineno])
    )


def sleeps(call: ast.Call) -> bool:
    """Whether a call is a sleep of more than nothing."""
    function = call.func
    is_sleep = (isinstance(function, ast.Name) and function.id == "sleep") or (
        isinstance(function, ast.Attribute)
        and function.attr == "sleep"
        and isinstance(function.value, ast.Name)
        and function.value.id in CLOCKS
    )
    is_nothing = len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0
    return is_sleep and not is_nothing


def test_no_file_names_a_folder_of_one_machine() -> None:
    """Nothing in the repository depends on where somebody keeps it."""
    found = []
    for path in sources():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{named(path)}:{number}" for number in machine_paths(text)]
    assert not found, "\n".join(found)


def test_no_test_sleeps_without_a_reason() -> None:
    """Tests move a clock; one that waits in real time says why."""
    found = [
        f"{named(path)}:{number}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for number in unexplained_sleeps(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    """A module that outgrows the limit holds two nouns."""
    lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_every_module_says_what_it_is() -> None:
    """Each module of the packages opens with a docstring."""
    assert [
        named(path) for path in modules() if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ] == []


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ("cd {}home/ann/veosim", True),
        ('open("{}Users/ann/notes.txt")', True),
        ("PATH={}root/bin", True),
        ("see {}work/main", True),
        ("C:{}Users{}ann".replace("{}", "\\"), True),
        ("https://example.com{}home/ann", False),
        ("GET /v1{}work/7", False),
        ("the tests' homes, their work", False),
    ],
)
def test_the_search_for_machine_paths_bites(line: str, is_found: bool) -> None:
    """A path that starts at a machine's root is found; the path of a URL is not."""
    assert machine_paths(f"first\n{line.replace('{}', '/')}\n") == ([2] if is_found else [])


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("time.sleep(0.1)", [1]),
        ("from time import sleep\nsleep(1)", [2]),
        ("async def f():\n    await asyncio.sleep(delay)", [2]),
        ("async def f():\n    await asyncio.sleep(0)", []),
        ("time.sleep(1)  # why: the kernel needs a moment", []),
        ("# why: the kernel needs a moment\ntime.sleep(1)", []),
        ("clock.sleep(600)", []),
        ('"time.sleep(1)"', []),
    ],
)
def test_the_search_for_sleeps_bites(source: str, lines: list[int]) -> None:
    """A real sleep without a reason is found; a yield, a reason and a clock of ours are not."""
    assert unexplained_sleeps(source) == lines
