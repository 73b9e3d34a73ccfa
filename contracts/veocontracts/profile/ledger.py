"""Every way in which a charge can be seen."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from veosim.yamlfile import Strict, contradiction


class JobLedger(Strict):
    """Units and cost on the job itself, as JSON pointers."""

    units: str = Field(default="/units_consumed", pattern="^/")
    cost: str = Field(default="/token_cost", pattern="^/")


class HttpLedger(Strict):
    """An endpoint that lists a key's charges; the pointers are relative to one entry.

    Where it lists holds too, `kind` points at the word that tells, and `charges` are the words of entries that count.
    """

    get: str = Field(pattern="^/")
    entries: str = "/charges"
    job: str = "/job_id"
    amount: str = "/amount"
    units: str | None = "/units"
    kind: str | None = Field(default=None, pattern="^/")
    charges: tuple[str, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        if (self.kind is None) == bool(self.charges):
            raise contradiction("'kind' says where an entry's kind is, 'charges' which count: give both or neither")
        return self


class Ledger(Strict):
    """Every way in which a charge can be seen. None: BILL cannot pass."""

    job: JobLedger | None = None
    http: HttpLedger | None = None
