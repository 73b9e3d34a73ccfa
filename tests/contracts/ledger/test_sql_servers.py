"""Charges in the databases of servers, where their programs and a driver are installed."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest
from tests.support.databases import SERVERS, Server, engine_of, running
from tests.support.ledgers import MAIN, found, read_once

from veocontracts.events import Entry
from veocontracts.ledger.sql import WROTE

TABLE = (
    "create table charges (job_id varchar(40), api_key varchar(40), amount decimal(9, 2), units double precision)",
    f"insert into charges values ('job-1', '{MAIN}', 6.10, 4), ('job-2', 'vk-2', 12, 8), (null, '{MAIN}', 0.1, 1.5)",  # noqa: S608  our own texts
)
FUNCTION: Mapping[str, str] = {
    "postgresql": "create function bill() returns text language sql as "
    "$$ insert into charges (job_id) values ('x') returning job_id $$",
    "mariadb": "create function bill() returns int begin insert into charges (job_id) values ('x'); return 1; end",
}
"""One that writes."""
WRITES = ("select bill() as job_id, 1 as amount", "select job_id, amount from charges for update")
OWN_WRITES: Mapping[str, tuple[str, ...]] = {
    "postgresql": (
        "with more as (insert into charges (job_id) values ('x') returning job_id) select job_id, 1 amount from more",
        "with less as (select 1) update charges set amount = 0 returning job_id, amount",
        "with less as (delete from charges returning job_id) select job_id, 1 as amount from less",
        "select job_id, amount into more from charges",
    ),
    "mariadb": (),
}
LOCK: Mapping[str, str] = {
    "postgresql": "lock table charges in access exclusive mode",
    "mariadb": "lock tables charges write",
}


@pytest.fixture(scope="module", params=SERVERS, ids=lambda server: server.name)
def served(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """The name of a running server with a table of charges, and its URL."""
    server: Server = request.param
    if server.missing:
        pytest.skip(server.missing)
    with running(server) as url:
        with engine_of(url).begin() as connection:
            for statement in (*TABLE, FUNCTION[server.name]):
                connection.exec_driver_sql(statement)
        yield server.name, url


def test_the_key_s_rows_are_read(served: tuple[str, str]) -> None:
    """Decimals as they are, binary numbers by their digits."""
    query = "select job_id, amount, units from charges where api_key = :key"
    assert read_once({"sql": {"url": served[1], "query": query}}) == found(
        Entry(job_id="job-1", amount=Decimal("6.10"), units=Decimal("4.0")),
        Entry(job_id=None, amount=Decimal("0.10"), units=Decimal("1.5")),
    )


def test_nothing_can_be_written(served: tuple[str, str]) -> None:
    """Not by what a query says, and not by a function that it calls; the note says what to give instead."""
    name, url = served
    for query in (*WRITES, *OWN_WRITES[name]):
        read, notes = read_once({"sql": {"url": url, "query": query}})
        assert read is None, query
        assert notes[0].endswith(f"; {WROTE}"), query
    with engine_of(url).connect() as connection:
        assert connection.exec_driver_sql("select count(*), sum(amount) from charges").one() == (3, Decimal("18.20"))


def test_a_locked_table_is_not_waited_for_for_good(served: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The note has the server's own words."""
    name, url = served
    monkeypatch.setattr("veocontracts.ledger.sql.BUSY", 1)
    with engine_of(url).connect() as connection:
        connection.exec_driver_sql(LOCK[name])
        read, notes = read_once({"sql": {"url": url, "query": "select job_id, amount from charges"}})
    assert read is None
    assert "timeout" in notes[0]
