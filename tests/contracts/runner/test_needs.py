"""What a profile needs of this machine."""

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.checks import veosim

BASE: dict[str, Any] = {
    "profile": 1,
    "gateway": {"name": "acme"},
    "auth": {"keys": {"main": "vk-main"}},
    "timeout": {"clock": {"scaled": {"factor": 60}}},
}
KNOWN = "mssql, mysql, oracle, postgresql, sqlite"
QUERY = "SELECT job_id, amount FROM charges"


def explained(folder: Path, **changes: Any) -> tuple[int, str]:
    """How `check --explain` ends with such a profile, and what it says first of it, without the folder."""
    path = folder / "p.yaml"
    path.write_text(yaml.safe_dump({**BASE, **changes}, sort_keys=False))
    result = veosim("check", "--explain", "--profile", path)
    return result.exit_code, result.stderr.partition("\n")[0].replace(f"{folder}/", "")


def test_a_process_s_folder_is_looked_for(tmp_path: Path) -> None:
    """Of each process; with the line of its `cwd`, and what to do."""
    (tmp_path / "here").mkdir()
    hint = "make it, or name another one; it is looked for in the profile's own folder"
    process = {"command": ["acme", "{port}"]}
    assert explained(tmp_path, target={"process": {**process, "cwd": "nowhere"}}) == (
        2,
        f"Error: p.yaml:16:10: target.process.cwd: there is no folder 'nowhere'; {hint}",
    )
    both = {"a": {**process, "cwd": "here"}, "b": {"command": ["worker"], "cwd": "p.yaml"}}
    assert explained(tmp_path, target={"processes": both}) == (
        2,
        f"Error: p.yaml:21:12: target.processes.b.cwd: there is no folder 'p.yaml'; {hint}",
    )
    assert explained(tmp_path, target={"process": {**process, "cwd": "here"}}) == (0, "")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("sqlite:///{data}/charges.db", ""),
        ("sqlite:///charges.db", ""),
        (
            "postgres://ann:wordpass@db/charges",
            f"SQLAlchemy does not know 'postgres' here; allowed: {KNOWN}; did you mean 'postgresql'?",
        ),
        (
            "db2+absent://ann:wordpass@db:{port}/charges",
            f"SQLAlchemy does not know 'db2+absent' here; allowed: {KNOWN}; install its dialect",
        ),
        (
            "mysql+aiomysql://ann:wordpass@db/charges",
            (
                "the driver 'aiomysql' of 'mysql' is not installed: No module named 'aiomysql'; "
                "install it, or name another one: mysql+DRIVER://…"
            ),
        ),
        (
            "wordpass",
            "this is no database URL; allowed: DIALECT+DRIVER://USER:PASSWORD@HOST/DATABASE",
        ),
    ],
)
def test_what_reads_the_database_is_looked_for(url: str, problem: str, tmp_path: Path) -> None:
    """With the line of the URL, which is not shown: it may hold a password. Nothing is asked of the database."""
    sql = {"url": url, "query": QUERY}
    target = {"process": {"command": ["acme", "{port}"]}}
    code, told = explained(tmp_path, target=target, ledger={"sql": sql})
    assert (code, told) == ((2, f"Error: p.yaml:18:10: ledger.sql.url: {problem}") if problem else (0, ""))


def test_the_extra_is_named_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And how it is installed."""
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    target = {"process": {"command": ["acme", "{port}"]}}
    found = explained(tmp_path, target=target, ledger={"sql": {"url": "sqlite:///c.db", "query": QUERY}})
    extra = "ledger.sql needs the extra `sql` (pip install '.[contracts,sql]' in a clone) and your database's driver"
    assert found == (2, f"Error: p.yaml:18:10: ledger.sql.url: SQLAlchemy is not installed; {extra}")
