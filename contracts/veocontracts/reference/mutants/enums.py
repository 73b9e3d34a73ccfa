"""Defects about what is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from veocontracts.reference.gateway import Gateway
from veocontracts.reference.mutants.registry import mutant


@mutant("int-duration-mended", "ENUM-03", ENUM_07="the mended job is made and billed")
class IntDurationMended(Gateway):
    """A duration of 4 or 8 as a number is taken for "4s" or "8s", and billed."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        duration = fields.get("duration")
        if isinstance(duration, int | float) and duration in (4, 8):
            fields = {**fields, "duration": f"{int(duration)}s"}
        return super().validate(service, fields)
