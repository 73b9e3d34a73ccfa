"""Charges in a database, read with one SELECT in a transaction that can change nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from veocontracts.events import Entry
from veocontracts.ledger.amounts import amount_of
from veocontracts.ledger.base import Reader, UnreadableError
from veocontracts.profile import SqlLedger
from veosim.errors import VeosimError, did_you_mean

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

ABSENT = "ledger.sql needs the extra `sql` (pip install '.[contracts,sql]' in a clone) and your database's driver"
NO_DRIVER = (
    "install the driver that the URL asks for, or name yours in it, as in postgresql+psycopg:// or mysql+pymysql://"
)
WROTE = "a ledger is only read: give a SELECT that writes nothing"
_REFUSED = re.compile(r"read[ -]?only", re.IGNORECASE)


_PLACE = re.compile(r"\{[a-z_]+\}")


class Unreachable(NamedTuple):
    """Why no database of a URL could ever be read here; what is allowed in its place, and what to do."""

    problem: str
    allowed: str
    fix: str


def unreachable(text: str) -> Unreachable | None:
    """What is missing to read the database of this URL, without asking it; None where nothing is.

    Args:
        text: with places such as `{data}`, which are not filled in yet.
    """
    try:
        import sqlalchemy as sql  # noqa: PLC0415  an extra
    except ImportError:
        return Unreachable("SQLAlchemy is not installed", "", ABSENT)
    known = ", ".join(sql.dialects.__all__)
    try:
        url = sql.make_url(_PLACE.sub("1", text))
    except (sql.exc.ArgumentError, ValueError):  # the latter for a port
        return Unreachable("this is no database URL", "DIALECT+DRIVER://USER:PASSWORD@HOST/DATABASE", "")
    name = url.get_backend_name()
    try:
        dialect = url.get_dialect()
    except sql.exc.NoSuchModuleError:
        hint = did_you_mean(name, sql.dialects.__all__)
        return Unreachable(f"SQLAlchemy does not know {url.drivername!r} here", known, hint or "install its dialect")
    try:
        dialect.import_dbapi()
    except ImportError as error:
        what = f"the driver {dialect.driver!r} of {name!r} is not installed: {error}"
        return Unreachable(what, "", f"install it, or name another one: {name}+DRIVER://…")
    return None


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
