"""What the state machine draws: plans and faults in the scenario language, and prompts in many scripts."""

from __future__ import annotations

import unicodedata
from typing import Any

from hypothesis import strategies as st

from veocontracts.faces import Face
from veocontracts.faces.picks import wrong
from veocontracts.orders import LOCALES, seeded_faker
from veocontracts.terms import Terms
from veosim.units import SECOND

Wishes = dict[str, Any]
"""The arguments of `Bench.order`."""

OUTCOMES = ("succeed", "succeed", "succeed", "fail", "stuck", "filtered", "empty", "cancel")
SCRIPTS = (*LOCALES, "zh_CN", "ko_KR", "he_IL", "hi_IN")
DRESSES = ("plain", "emoji", "decomposed", "lines", "around")
ERRORS = (429, 500, 502, 503, 504)

BREAKS: tuple[Wishes, ...] = ({"break": "reset"}, {"break": "close"}, {"break": "hang"})
AT_SUBMIT: tuple[Wishes, ...] = (
    *({"respond": {"status": status}} for status in (400, *ERRORS)),
    *({"accept": True, "respond": {"status": status}} for status in (500, 502, 504)),
    *BREAKS,
    *({"accept": True, **each} for each in BREAKS),
    *({"spoil": word} for word in ("bad-json", "empty-body", "html", "no-id", "wrong-types")),
    {"delay": "3s"},
    {"delay": "90s"},
)
AT_POLL: tuple[Wishes, ...] = (
    *({"respond": {"status": status}} for status in ERRORS),
    *BREAKS[:2],
    {"break": "truncate"},
    *({"spoil": word} for word in ("bad-json", "empty-body", "html", "wrong-content-type", "goes-back")),
    {"delay": "2s"},
)


def latest(terms: Terms) -> int:
    """Seconds after which an upstream job has ended, if it ever does."""
    return terms.timeout * 3 // 2 // SECOND


@st.composite
def jobs(draw: st.DrawFn, terms: Terms) -> Wishes:
    """The plan of an upstream job: it ends soon, later, or past the deadline, or never.

    The seconds around the deadline are for cases of their own.
    """
    outcome = draw(st.sampled_from(OUTCOMES))
    if outcome == "stuck":
        return {"outcome": outcome, "queue": "0s"}
    deadline = terms.timeout // SECOND
    spans = ((0, deadline // 10), (deadline // 10, deadline * 59 // 60), (deadline * 61 // 60, latest(terms)))
    return {"outcome": outcome, "after": f"{draw(st.one_of(*(st.integers(*span) for span in spans)))}s"}


@st.composite
def exchanges(draw: st.DrawFn) -> Wishes:
    """What goes wrong on the way: one submit in three, and up to three of the first polls."""
    found: Wishes = {}
    if draw(st.integers(0, 2)) == 2:
        found["submit"] = [draw(st.sampled_from(AT_SUBMIT))]
    places = draw(st.lists(st.integers(1, 6), max_size=3, unique=True))
    if places:
        found["poll"] = [{"when": {"nth_of_job": place}, **draw(st.sampled_from(AT_POLL))} for place in sorted(places)]
    return found


@st.composite
def callbacks(draw: st.DrawFn) -> Wishes:
    """Callbacks that come once, twice, late, unsigned, or never."""
    found: Wishes = {"copies": draw(st.integers(0, 3))}
    if found["copies"] and draw(st.booleans()):
        found["delay"] = f"{draw(st.integers(1, 700))}s"
    if found["copies"] and draw(st.booleans()):
        found["sign"] = draw(st.sampled_from(("bad", "none", "expired")))
    return found


@st.composite
def prompts(draw: st.DrawFn) -> str:
    """Somebody's name and a few words, in one script, dressed in one way; `{marker}` stands in it."""
    faker = seeded_faker(draw(st.sampled_from(SCRIPTS)), draw(st.integers(0, 2**32 - 1)))
    return _dressed(draw(st.sampled_from(DRESSES)), f"{faker.name()}: {faker.sentence(nb_words=4)}")


def _dressed(dress: str, text: str) -> str:
    """With emoji that are joined, with its marks apart from their letters, over lines, or with spaces around."""
    match dress:
        case "emoji":
            return f"👩🏽‍🚀 {text} {{marker}} 🦊"
        case "decomposed":
            return f"{unicodedata.normalize('NFD', text)} e\u0301\u0323 {{marker}}"
        case "lines":
            return f"{text}\r\n\t{{marker}}\n"
        case "around":
            return f"  {text} {{marker}}  "
        case _:
            return f"{text} {{marker}}"


def orders(face: Face, terms: Terms) -> st.SearchStrategy[Wishes]:
    """What one order is made from; its service is under `service`."""
    enums = {name: st.sampled_from(values) for name, values in face.enums.items()}
    optional: dict[str, st.SearchStrategy[Any]] = {"exchanges": exchanges(), "text": prompts()}
    if "callbacks" in terms.capabilities:
        optional["callbacks"] = callbacks()

    def going_together(wishes: Wishes) -> Wishes:
        return wishes | {"fields": face.services[wishes["service"]].fitted(wishes["fields"])}

    return st.fixed_dictionaries(
        {
            "service": st.sampled_from(tuple(face.services)),
            "job": jobs(terms),
            "fields": st.fixed_dictionaries({}, optional=enums),
        },
        optional=optional,
    ).map(going_together)


def wrong_orders(face: Face) -> st.SearchStrategy[Wishes]:
    """One with a value that the document does not have, which costs nobody anything."""
    kind = face.sold("text")
    service = face.services[kind]
    found = [wrong(service, name) for name in service.misses] or [wrong(service)]
    return st.sampled_from(found).map(lambda wishes: {"service": kind, **wishes})
