"""Reading answers: JSON with exact decimals."""

from __future__ import annotations

from typing import Any

from veosim.body import BadBodyError, parse_json


def parse(body: bytes) -> Any:
    """JSON with decimals kept exact, or None where the body is none within the bounds of `veosim.body`."""
    try:
        return parse_json(body, exact=True)
    except (BadBodyError, ArithmeticError):  # a Decimal's exponent is bounded too
        return None
