"""The word of each HTTP error, for the dialects whose errors carry one (all inferred)."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[int, str] = {
    400: "invalid_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "request_too_large",
    429: "rate_limited",
}


def error_word(status: int) -> str:
    """The word for programs; `upstream_error` for whatever has none of its own."""
    return WORDS.get(status, "upstream_error")
