"""Reading answers: JSON with exact decimals."""

from __future__ import annotations

from typing import Any

from veosim.body import BadBodyError, parse_json


def id_text(value: Any) -> Any:
    """A job's id as text, where it is a number; what is no id stays as it came."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def parse(body: bytes) -> Any:
    """JSON with decimals kept exact, or None where the body is none within the bounds of `veosim.body`."""
    try:
        return parse_json(body, exact=True)
    except (BadBodyError, ArithmeticError):  # a Decimal's exponent is bounded too
        return None
