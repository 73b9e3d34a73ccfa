"""The one shape of the control API's errors: `{error: {code, message, allowed?, problems?}}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from veosim.body import BadBodyError
from veosim.errors import Problem, SourceError, VeosimError, did_you_mean, shown

QUERY = "query"
"""The source of a problem that stands in a query, which has neither lines nor columns."""


class RefusedError(Exception):
    """A request that is not carried out.

    Args:
        status: of the answer.
        code: for programs; the codes are listed in docs/control.md.
        message: for people: what was found, what is allowed, the fix.
        allowed: what would have been right.
        headers: of the answer.
        more: further members of the answer, beside `error`.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        allowed: Iterable[str] = (),
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"code": code, "message": message}
        if listed := list(allowed):
            self.error["allowed"] = listed
        self.headers = headers
        self.more = more or {}


def no_such(what: str, name: str, known: Iterable[str], **options: Any) -> RefusedError:
    """The 404 for a name that nothing has."""
    listed = list(known)
    hint = did_you_mean(name, listed)
    message = f"no {what} is called {shown(name)}" + (hint and f"; {hint}")
    return RefusedError(404, f"no_{what.split(' ', maxsplit=1)[0]}", message, listed, **options)


def refusal_of(error: Exception) -> RefusedError:
    """What a request is answered that failed so."""
    if isinstance(error, RefusedError):
        return error
    if isinstance(error, BadBodyError):
        return RefusedError(error.status, "body_too_large" if error.status == 413 else "bad_body", str(error))
    if isinstance(error, SourceError):
        return _of_problems(error.problems)
    if isinstance(error, VeosimError):
        return RefusedError(400, "refused", str(error))
    raise error


def _of_problems(problems: list[Problem]) -> RefusedError:
    is_query = problems[0].source == QUERY
    texts = [str(problem).removeprefix(f"{QUERY}:1:1: ") for problem in problems]
    refusal = RefusedError(400, "bad_query" if is_query else "bad_body", "\n".join(texts))
    if not is_query:
        refusal.error["problems"] = [_problem(problem) for problem in problems]
    return refusal


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "column": problem.column,
        "where": problem.where,
        "message": problem.message,
        "allowed": problem.allowed,
        "hint": problem.hint,
    }


def answer_of(refusal: RefusedError) -> Response:
    """The answer that tells of it."""
    return JSONResponse({"error": refusal.error, **refusal.more}, refusal.status, refusal.headers)
