"""Every way in which a charge can be seen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from veocontracts.places import KEY
from veosim.errors import shown
from veosim.units import SECOND, Duration
from veosim.yamlfile import Strict, contradiction

_SELECT = re.compile(r"\s*(?:select|with)\b[^;]*;?\s*", re.IGNORECASE)

_BOUND = re.compile(r":key\b")
_SQLITE = re.compile(r"(sqlite[^:]*:///)([^/{].*)")


class Amounts(Strict):
    """What one unit of an amount is: `whole` of the currency, `cents` or `micros` of it."""

    amounts_in: Literal["whole", "cents", "micros"] = "whole"


class JobLedger(Amounts):
    """Units and cost on the job itself, as JSON pointers; null for what it does not show."""

    units: str | None = Field(default="/units_consumed", pattern="^/")
    cost: str | None = Field(default="/token_cost", pattern="^/")


class HeaderLedger(Amounts):
    """A header of the job's own answers that tells its cost."""

    name: str = Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")


class Listed(Amounts):
    """A list of charges. `charges_are`: whether the ledger books them above or below 0."""

    charges_are: Literal["positive", "negative"] = "positive"


class Entries(Listed):
    """A list of JSON objects; the pointers are relative to one entry.

    Where it lists holds too, `kind` points at the word that tells, and `charges` are the words of entries that count.
    """

    job: str = Field(default="/job_id", pattern="^/")
    amount: str = Field(default="/amount", pattern="^/")
    units: str | None = Field(default="/units", pattern="^/")
    kind: str | None = Field(default=None, pattern="^/")
    charges: tuple[str, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        if (self.kind is None) == bool(self.charges):
            raise contradiction("'kind' says where an entry's kind is, 'charges' which count: give both or neither")
        return self


class HttpLedger(Entries):
    """An endpoint that lists the charges of the key that it is asked with."""

    get: str = Field(pattern="^/")
    entries: str = Field(default="/charges", pattern="^(/|$)")

    @property
    def keyed(self) -> bool:
        """Whether it tells whose charges it lists."""
        return True


class FileLedger(Entries):
    """A file of JSON Lines, one charge a line; `key` points at the API key in plain text, where it is there."""

    path: str = Field(min_length=1)
    key: str | None = Field(default=None, pattern="^/")

    @property
    def keyed(self) -> bool:
        """Whether it tells whose charges it lists."""
        return self.key is not None


class CommandLedger(Entries):
    """A command that prints charges as JSON, never a shell line, run in `cwd`; `within` is real time."""

    run: tuple[str, ...] = Field(min_length=1, strict=False)
    env: dict[str, str] = Field(default_factory=dict)
    cwd: str | None = Field(default=None, min_length=1)
    within: Duration = 10 * SECOND
    entries: str = Field(default="/charges", pattern="^(/|$)")
    key: str | None = Field(default=None, pattern="^/")

    @property
    def keyed(self) -> bool:
        """Whether it tells whose charges it lists."""
        return self.key is not None or any(KEY in text for text in (*self.run, *self.env.values()))


class SqlLedger(Listed):
    """A database, read with one SELECT whose columns are job_id, amount and, if you like, units."""

    url: str = Field(min_length=1)
    query: str

    @field_validator("query")
    @classmethod
    def _reads(cls, query: str) -> str:
        if not _SELECT.fullmatch(query):
            problem = "a ledger is only read: the query is one SELECT, without ';' inside"
            raise PydanticCustomError("query", "{problem}", {"problem": f"{shown(query, 60)}: {problem}"})
        return query

    @property
    def keyed(self) -> bool:
        """Whether it tells whose charges it lists."""
        return _BOUND.search(self.query) is not None


class BalanceLedger(Amounts):
    """What a key has left, or, where it does not fall, what it has used; asked with that key."""

    get: str = Field(pattern="^/")
    amount: str = Field(default="/balance", pattern="^/")
    falls: bool = True


LISTS = ("http", "file", "command", "sql")
"""The ledgers that list charges; a profile has one of them at most."""


class Ledger(Strict):
    """Every way in which a charge can be seen. None: BILL cannot pass.

    `settle` is how long after a job's end its charge may come, on the history's clock; None: it is due at once.
    """

    settle: Duration | None = None
    job: JobLedger | None = None
    header: HeaderLedger | None = None
    http: HttpLedger | None = None
    file: FileLedger | None = None
    command: CommandLedger | None = None
    sql: SqlLedger | None = None
    balance: BalanceLedger | None = None

    @property
    def listed(self) -> HttpLedger | FileLedger | CommandLedger | SqlLedger | None:
        """The one that lists charges."""
        return self.http or self.file or self.command or self.sql

    def placed(self, folder: Path) -> Self:
        """The same, with what it names looked for in this folder."""
        changed: dict[str, Strict] = {}
        if self.file is not None and not self.file.path.startswith("{"):
            changed["file"] = self.file.model_copy(update={"path": str((folder / self.file.path).resolve())})
        if self.command is not None and self.command.cwd is not None:
            changed["command"] = self.command.model_copy(update={"cwd": str((folder / self.command.cwd).resolve())})
        if self.sql is not None and (found := _SQLITE.fullmatch(self.sql.url)):
            changed["sql"] = self.sql.model_copy(update={"url": f"{found[1]}{(folder / found[2]).resolve()}"})
        return self.model_copy(update=changed)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        lists = [name for name in LISTS if getattr(self, name) is not None]
        if len(lists) > 1:
            problem = f"ledger.{lists[0]} and ledger.{lists[1]} both list charges: keep the one that you trust"
            raise contradiction(problem, lists[1])
        if self.header is not None and self.job is not None and self.job.cost is not None:
            problem = "ledger.header and ledger.job both tell a job's cost: write 'cost: null' here, or drop the header"
            raise contradiction(problem, "job", "cost")
        if self.header is None and self.job is not None and self.job.cost is None:
            raise contradiction("a job that shows no cost proves nothing: name the 'cost', or a ledger.header", "job")
        return self
