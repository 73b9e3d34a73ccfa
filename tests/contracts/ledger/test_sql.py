"""Charges in a database."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from tests.support.ledgers import MAIN, found, read_once, unread

from veocontracts.events import Entry
from veocontracts.ledger.sql import ABSENT, NO_DRIVER, WROTE, SqlCharges
from veocontracts.profile import SqlLedger
from veosim.errors import VeosimError

URL = "sqlite:///{data}/the books.sqlite"
QUERY = "select job_id, amount, units from charges where api_key = :key"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A gateway's database, which the gateway has open."""
    with closing(sqlite3.connect(tmp_path / "the books.sqlite", isolation_level=None)) as database:
        database.execute("create table charges (job_id, api_key, amount, units)")
        rows = [("job-1", MAIN, "6.10", 4), ("job-2", "vk-2", "12", 8), (7, MAIN, 3, None), (None, MAIN, 0.1, 1.5)]
        database.executemany("insert into charges values (?, ?, ?, ?)", rows)
        yield database


OF_MAIN = (
    Entry(job_id="job-1", amount="6.10", units=4),
    Entry(job_id="7", amount=3),
    Entry(job_id=None, amount=Decimal("0.1"), units=Decimal("1.5")),
)


def test_the_key_s_rows_are_read_by_column_names(database: sqlite3.Connection, tmp_path: Path) -> None:
    """Ids become text as in an API, and a binary number has the digits that it is written with."""
    del database
    assert read_once({"sql": {"url": URL, "query": QUERY}}, {"{data}": str(tmp_path)}) == found(*OF_MAIN)


def test_a_query_without_the_key_shows_the_key_s_jobs(database: sqlite3.Connection, tmp_path: Path) -> None:
    """The others' rows are left out; units need not be there."""
    del database
    spec = {"url": URL, "query": "select amount, job_id from charges order by amount;"}
    read, notes = read_once({"sql": spec}, {"{data}": str(tmp_path)}, submits=1)
    assert (read and read.entries, notes) == ((Entry(job_id="job-1", amount="6.10"),), ())


def test_a_database_that_is_being_written_is_waited_for(
    database: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a while; then a note says that it was locked."""
    monkeypatch.setattr("veocontracts.ledger.sql.BUSY", 0.1)
    database.execute("begin exclusive")
    run = read_once({"sql": {"url": URL, "query": QUERY}}, {"{data}": str(tmp_path)})
    assert run == unread("ledger.sql: OperationalError: database is locked")
    database.execute("commit")
    assert read_once({"sql": {"url": URL, "query": QUERY}}, {"{data}": str(tmp_path)}) == found(*OF_MAIN)


@pytest.mark.parametrize(
    ("url", "query", "note"),
    [
        (URL, "select job_id, amount as total from charges", "the query has no column amount; it has job_id, total"),
        (URL, "with gone as (select 1) select * from gone", "the query has no column amount; it has 1"),
        (URL, "select * from no_such", "ledger.sql: OperationalError: no such table: no_such"),
        ("sqlite:///{data}/none", QUERY, "ledger.sql: OperationalError: unable to open database file"),
        ("sqlite://", QUERY, "ledger.sql: the URL names no file"),
        (
            "nosuch://acme:s3cret@db/x",
            QUERY,
            "ledger.sql: NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:nosuch",
        ),
        ("postgresql://db:port/x", QUERY, "ledger.sql: ValueError: invalid literal for int() with base 10: 'port'"),
        ("no url", QUERY, "ledger.sql: ArgumentError: Could not parse SQLAlchemy URL from given URL string"),
    ],
)
def test_what_cannot_be_read_is_a_note(
    database: sqlite3.Connection, tmp_path: Path, url: str, query: str, note: str
) -> None:
    """With the database's own reason, and no secret."""
    del database
    assert read_once({"sql": {"url": url, "query": query}}, {"{data}": str(tmp_path)}) == unread(note)


def test_nothing_can_be_written(database: sqlite3.Connection, tmp_path: Path) -> None:
    """SQLite's file is opened for reading alone, whatever a query would do."""
    query = "with a as (select 1) insert into charges (job_id) select * from a returning job_id, amount"
    run = read_once({"sql": {"url": URL, "query": query}}, {"{data}": str(tmp_path)})
    assert run == unread(f"ledger.sql: OperationalError: attempt to write a readonly database; {WROTE}")
    assert database.execute("select count(*) from charges").fetchone() == (4,)


def test_other_databases_are_told_to_keep_a_transaction_from_writing(
    database: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the query, in the words of that database."""
    del database
    spec = {"sql": {"url": URL, "query": QUERY}}
    monkeypatch.setattr("veocontracts.ledger.sql.GUARDS", {"sqlite": ("select 1", "set transaction")})
    run = read_once(spec, {"{data}": str(tmp_path)})
    assert run == unread('ledger.sql: OperationalError: near "set": syntax error')
    monkeypatch.setattr("veocontracts.ledger.sql.GUARDS", {"sqlite": ("pragma query_only = true",)})
    assert read_once(spec, {"{data}": str(tmp_path)}) == found(*OF_MAIN)


def test_a_driver_that_is_missing_is_a_note_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLAlchemy loads without it, and asks for it by the name of its module."""
    monkeypatch.setitem(sys.modules, "pymysql", None)
    read, notes = read_once({"sql": {"url": "mysql+pymysql://acme@db/x", "query": QUERY}})
    assert read is None
    assert notes[0].startswith("the ledger could not be read: ledger.sql: ModuleNotFoundError: ")
    assert notes[0].endswith(f"; {NO_DRIVER}")


def test_without_sqlalchemy_there_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(VeosimError) as caught:
        SqlCharges(SqlLedger(url="sqlite:///x", query=QUERY))
    assert str(caught.value) == ABSENT
