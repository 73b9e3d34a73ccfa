"""Where the values come from that a rule was judged with, if not from the documents that the rule cites.

A rule rests on documents 000 and 001. The values of another API are in its own document, and no document but these two
names a price, a limit or a deadline: those are the profile's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from veocontracts.rules.base import Rule
from veocontracts.rules.facts import in_seconds
from veocontracts.terms import Terms
from veosim.dialects import DIALECTS

CITED = "api-video"
"""The dialect of documents 000 and 001, whose values the CN8 gateway has too."""
DEFAULTS = Terms()


def of_api(terms: Terms) -> str:
    """The document in force: what the gateway's own fields may hold, and what its answers must be."""
    return _document(terms.speaks) if terms.speaks else "the gateway's own OpenAPI document"


def of_upstream(terms: Terms) -> str:
    """The document of what the gateway sends upstream."""
    return _document(terms.dialect)


def _document(dialect: str) -> str:
    return f"document {' and '.join(DIALECTS[dialect].documents)} ({dialect})" if dialect != CITED else ""


def of_timeout(terms: Terms) -> str:
    """The deadline."""
    return _of_profile("timeout.after", in_seconds(terms.timeout), terms, usual=terms.timeout == DEFAULTS.timeout)


def of_price(terms: Terms) -> str:
    """What a second costs."""
    usual = (terms.price, terms.currency) == (DEFAULTS.price, DEFAULTS.currency)
    return _of_profile("price", f"{terms.price} {terms.currency} a second", terms, usual=usual)


def of_limit(terms: Terms) -> str:
    """How many submits a key has in a minute."""
    limit = terms.submits_per_minute
    return _of_profile("limits.submits_per_minute", str(limit), terms, usual=limit == DEFAULTS.submits_per_minute)


def _of_profile(key: str, value: str, terms: Terms, *, usual: bool) -> str:
    if usual and terms.speaks == CITED:
        return ""
    return f"the profile's {key}: {value}" + ", the default, from documents 000 and 001" * usual


ORIGINS: Mapping[str, Callable[[Terms], str]] = {
    **dict.fromkeys(("ENUM-01", "ENUM-02", "ENUM-03", "ENUM-04", "ENUM-05", "ENUM-07"), of_api),
    **dict.fromkeys(("ACC-01", "LIFE-05", "LIFE-06", "UP-04"), of_api),
    "UP-02": of_upstream,
    **dict.fromkeys(("TIME", "LIFE-10", "BILL-07", "BILL-10", "ROBUST-01", "ROBUST-03"), of_timeout),
    **dict.fromkeys(("BILL-02", "BILL-09", "BILL-12", "BILL-14"), of_price),
    "RATE": of_limit,
}
"""By rule, or by family."""


def origin(rule: Rule, terms: Terms) -> str:
    """Where the rule's values come from, "" where it has none, or where its own source says them."""
    told = ORIGINS.get(rule.id) or ORIGINS.get(rule.family)
    return told(terms) if told else ""
