"""The ledgers of a profile: where they are looked for, and what does not go together."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from veocontracts.profile import Ledger, load_profile
from veosim.errors import SourceError

REST = {
    "profile": 1,
    "gateway": {"name": "acme"},
    "target": {"asgi": {"factory": "acme:create"}},
    "auth": {"keys": {"main": "vk-main"}},
}


def load(folder: Path, spec: dict[str, Any]) -> Ledger:
    """The ledger of a profile in this folder."""
    path = folder / "p.yaml"
    path.write_text(f"ledger: {yaml.safe_dump(spec, default_flow_style=True, width=1000)}{yaml.safe_dump(REST)}")
    return load_profile(path, {}).ledger


def test_what_a_profile_names_is_looked_for_beside_it(tmp_path: Path) -> None:
    """Unless it is elsewhere altogether, or in a folder that the suite makes."""
    folder, query = tmp_path.resolve(), "SELECT job_id, amount FROM charges;"

    def placed(kind: str, name: str, value: str, **more: Any) -> Any:
        return getattr(getattr(load(tmp_path, {kind: {name: value, **more}}), kind), name)

    assert placed("file", "path", "out/charges.jsonl") == f"{folder}/out/charges.jsonl"
    assert placed("file", "path", "{data}/charges.jsonl") == "{data}/charges.jsonl"
    assert placed("file", "path", "/var/charges.jsonl") == "/var/charges.jsonl"
    assert placed("command", "cwd", "tools", run=["x"]) == f"{folder}/tools"
    for url, found in {
        "sqlite:///gateway.db": f"sqlite:///{folder}/gateway.db",
        "sqlite+pysqlite:///gateway.db": f"sqlite+pysqlite:///{folder}/gateway.db",
        "sqlite:////var/gateway.db": "sqlite:////var/gateway.db",
        "sqlite:///{data}/gateway.db": "sqlite:///{data}/gateway.db",
        "postgresql://db/gateway": "postgresql://db/gateway",
    }.items():
        assert placed("sql", "url", url, query=query) == found


DROP = "write 'cost: null' here, or drop the header"
TWICE = "keep the one that you trust"
SELECT = "a ledger is only read: the query is one SELECT, without ';' inside"
KINDS = "'kind' says where an entry's kind is, 'charges' which count: give both or neither"


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (
            {"file": {"path": "x"}, "http": {"get": "/x"}},
            f"1:16: ledger.file: ledger.http and ledger.file both list charges: {TWICE}",
        ),
        (
            {"command": {"run": ["x"]}, "sql": {"url": "x", "query": "select 1"}},
            f"1:36: ledger.sql: ledger.command and ledger.sql both list charges: {TWICE}",
        ),
        (
            {"header": {"name": "X-Charged"}, "job": {"units": "/u"}},
            f"1:42: ledger.job.cost: ledger.header and ledger.job both tell a job's cost: {DROP}",
        ),
        (
            {"job": {"cost": None}},
            "1:15: ledger.job: a job that shows no cost proves nothing: name the 'cost', or a ledger.header",
        ),
        (
            {"sql": {"query": "delete from charges", "url": "x"}},
            f"1:23: ledger.sql.query: 'delete from charges': {SELECT}",  # noqa: S608  a message
        ),
        ({"sql": {"query": "select 1; drop table x", "url": "x"}}, None),
        ({"sql": {"query": "selection", "url": "x"}}, f"1:23: ledger.sql.query: 'selection': {SELECT}"),
        ({"file": {"kind": "/kind", "path": "x"}}, f"1:16: ledger.file: {KINDS}"),
        ({"command": {"run": []}}, None),
        ({"header": {"name": "X Charged"}}, None),
        ({"balance": {"get": "balance"}}, None),
        ({"settle": 5}, None),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, spec: dict[str, Any], problem: str | None) -> None:
    """File, line, what is wrong, and what to do."""
    with pytest.raises(SourceError) as caught:
        load(tmp_path, spec)
    if problem is not None:
        assert str(caught.value) == f"{tmp_path}/p.yaml:{problem}"
