"""Charges in a database, read with one SELECT in a transaction that can change nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from veocontracts.events import Entry
from veocontracts.ledger.amounts import amount_of
from veocontracts.ledger.base import Reader, UnreadableError
from veocontracts.profile import SqlLedger
from veosim.errors import VeosimError

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

BUSY = 5
"""Seconds of real time that what somebody else has locked is waited for."""

MYSQL = ("SET SESSION TRANSACTION READ ONLY", "SET SESSION lock_wait_timeout = {busy}")
GUARDS: Mapping[str, tuple[str, ...]] = {
    "postgresql": ("SET TRANSACTION READ ONLY", "SET LOCAL lock_timeout = '{busy}s'"),
    "mysql": MYSQL,
    "mariadb": MYSQL,
    "oracle": ("SET TRANSACTION READ ONLY",),
}
"""How a transaction is kept from writing, and from waiting for good, by SQLAlchemy's name of the database.

SQLite opens the file so; Oracle's readers wait for nobody. Elsewhere nothing is ever committed.
"""

ABSENT = 'ledger.sql needs SQLAlchemy: pip install "veosim[sql]", and the driver of your database'
NO_DRIVER = (
    "install the driver that the URL asks for, or name yours in it, as in postgresql+psycopg:// or mysql+pymysql://"
)
WROTE = "a ledger is only read: give a SELECT that writes nothing"
_REFUSED = re.compile(r"read[ -]?only", re.IGNORECASE)


class SqlCharges:
    """A query with the columns job_id and amount; units too, if it likes. `:key` stands for the key.

    Raises:
        VeosimError: SQLAlchemy is not installed.
    """

    def __init__(self, spec: SqlLedger) -> None:
        self._spec = spec
        try:
            import sqlalchemy  # noqa: PLC0415  an extra
        except ImportError:
            raise VeosimError(ABSENT) from None
        self._sql = sqlalchemy

    async def read(self, reader: Reader, key: str) -> tuple[Entry, ...]:
        """Run the query, and keep the key's entries."""
        spec = self._spec
        values = {"key": reader.caller.secret(key)} if spec.keyed else {}
        rows = await reader.aside(lambda: self._rows(reader.filled(spec.url), values))
        found = [self._entry(row) for row in rows]
        return tuple(entry for entry in found if spec.keyed or entry.job_id in reader.jobs)

    def _rows(self, url: str, values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        sql = self._sql
        try:
            engine = self._engine(sql.make_url(url))
            try:
                with engine.connect() as connection:
                    for guard in GUARDS.get(engine.dialect.name, ()):
                        connection.execute(sql.text(guard.format(busy=BUSY)))
                    found = connection.execute(sql.text(self._spec.query.rstrip().rstrip(";")), values)
                    missing = {"job_id", "amount"} - set(found.keys())
                    if missing:
                        columns = ", ".join(found.keys())
                        raise UnreadableError(f"the query has no column {min(missing)}; it has {columns}")
                    return [dict(row) for row in found.mappings()]
            finally:
                engine.dispose()
        except (sql.exc.SQLAlchemyError, ImportError, ValueError) as error:  # the database's driver; a port in the URL
            reason = getattr(error, "orig", None) or error
            raise UnreadableError(f"ledger.sql: {type(reason).__name__}: {reason}{_advice(reason)}") from None

    def _engine(self, url: URL) -> Engine:
        """An engine that keeps no connection open, and shows no value in its errors."""
        plain = {"poolclass": self._sql.pool.NullPool, "hide_parameters": True}
        if url.get_backend_name() != "sqlite":
            return self._sql.create_engine(url, **plain)
        if not url.database:
            raise UnreadableError("ledger.sql: the URL names no file")
        read_only = url.set(database=f"file:{quote(url.database)}").update_query_dict({"mode": "ro", "uri": "true"})
        return self._sql.create_engine(read_only, connect_args={"timeout": BUSY}, **plain)

    def _entry(self, row: Mapping[str, Any]) -> Entry:
        spec, job = self._spec, row["job_id"]
        return Entry(
            job_id=str(job) if job is not None else None,
            amount=amount_of(_exact(row["amount"]), spec, negative=spec.charges_are == "negative"),
            units=_exact(row.get("units")),
        )


def _advice(reason: BaseException) -> str:
    """What to do about a driver that is missing, or a query that writes; the database's own words say the rest."""
    if isinstance(reason, ImportError):
        return f"; {NO_DRIVER}"
    return f"; {WROTE}" if _REFUSED.search(str(reason)) else ""


def _exact(value: Any) -> Any:
    """A number as the database shows it: a binary one has the digits that it is written with."""
    return Decimal(repr(value)) if isinstance(value, float) else value
