"""The entries under `exchanges:`: what they mean, and those that contradict themselves."""

from fractions import Fraction

import pytest

from veosim.errors import SourceError
from veosim.faults import INSTEAD, WITHIN
from veosim.scenario.exchanges import UNANSWERED, Breakage, BreakWord, ExchangeEntry, SpoilWord
from veosim.scenario.load import parse_scenario
from veosim.spoils import SPOILS
from veosim.units import MILLISECOND, SECOND


def entry(text: str, kind: str = "poll") -> ExchangeEntry:
    """The only entry of its kind."""
    (found,) = getattr(parse_scenario(f"scenario: x\nexchanges: {{{kind}: [{{{text}}}]}}").exchanges, kind)
    assert isinstance(found, ExchangeEntry)
    return found


def refusal(text: str, kind: str = "poll") -> str:
    """What is said about entries of one kind, without the place's line and column."""
    with pytest.raises(SourceError) as caught:
        parse_scenario(f"scenario: x\nexchanges: {{{kind}: [{text}]}}")
    return str(caught.value).split(": ", 1)[1]


@pytest.mark.parametrize(
    ("text", "breakage", "shown"),
    [
        ("break: hang", Breakage("hang"), "break: hang"),
        ("break: close", Breakage("close"), "break: close"),
        ("break: truncate", Breakage("truncate", share=Fraction(1, 2)), "break: truncate 50%"),
        ("break: {truncate: 12.5%}", Breakage("truncate", share=Fraction(1, 8)), "break: truncate 12.5%"),
        ("break: {truncate: 0%}", Breakage("truncate", share=Fraction(0)), "break: truncate 0%"),
        ("break: drip", Breakage("drip", pause=200 * MILLISECOND), "break: drip 0.2s"),
        ("break: {drip: 3s}", Breakage("drip", pause=3 * SECOND), "break: drip 3s"),
    ],
)
def test_a_break_has_its_measure(text: str, breakage: Breakage, shown: str) -> None:
    """The one that is written, or the usual one; the journal shows it."""
    found = entry(text)
    assert (found.breakage, found.words) == (breakage, shown)
    assert found.replaces_answer is (breakage.word in UNANSWERED)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("delay: 30s", "delay: 30s"),
        ("keep_alive: 5s", "keep_alive: 5s"),
        ("spoil: bad-json", "spoil: bad-json"),
        ("delay: 1s, respond: {status: 503}, break: {drip: 1s}", "delay: 1s, respond: 503, break: drip 1s"),
        ("spoil: html, keep_alive: 0s, break: drip", "spoil: html, keep_alive: 0s, break: drip 0.2s"),
        ("delay: 1s, spoil: html, break: truncate", "delay: 1s, spoil: html, break: truncate 50%"),
    ],
)
def test_what_is_done_has_words(text: str, shown: str) -> None:
    """Each part as it is written in the scenario, in one order."""
    found = entry(text)
    assert (found.words, found.replaces_answer) == (shown, "respond" in text)


@pytest.mark.parametrize("kind", ["submit", "poll", "content", "cancel"])
def test_every_kind_of_exchange_has_a_list(kind: str) -> None:
    """With the same keys."""
    assert entry("when: {key: sk-1, share: 5%, dialect: api-video}, delay: 1s", kind).delay == SECOND


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "{respond: {status: 503}, break: reset}",
            "[0].break: 'respond' answers and 'break: reset' does not: keep one",
        ),
        ("{spoil: html, break: close}", "[0].spoil: 'break: close' leaves no answer that could be spoiled"),
        (
            "{spoil: html, respond: {status: 500}}",
            "[0].spoil: 'spoil' changes the dialect's own answer and 'respond' replaces it: keep one",
        ),
        ("{keep_alive: 5s, break: truncate}", "[0].keep_alive: 'break: truncate' leaves no connection to keep"),
        ("{break: {}}", "[0].break: a break is either {truncate: 50%} or {drip: 200ms}"),
        ("{break: {drip: 1s, truncate: 5%}}", "[0].break: a break is either {truncate: 50%} or {drip: 200ms}"),
        (
            "{break: {drip: 0ms}}",
            "[0].break.drip: bytes that follow each other at once are no drip: let some time pass",
        ),
        ("{break: {truncate: 100%}}", "[0].break.truncate: 100% of the body is all of it: nothing would be cut off"),
        ("{break: {hang: 1s}}", "[0].break.hang: unknown key 'hang'; allowed: truncate, drip"),
        (
            "{when: {share: 101%}, delay: 1s}",
            "[0].when.share: found '101%'; allowed: a share from 0% to 100%, such as 5% or 0.5%",
        ),
        (
            "{when: {share: 0%}, delay: 1s}",
            "[0].when.share: found '0%', which never matches; allowed: a share above 0%, such as 5% or 0.5%",
        ),
        *(
            (
                f"{{respond: {{status: {status}, body: x}}}}",
                f"[0].respond.body: an answer of status {status} never has a body",
            )
            for status in (204, 205, 304)
        ),
        (
            "{respond: {status: 204}, break: truncate}",
            "[0].break: an answer of status 204 has no body, so 'break: truncate' has nothing to act on",
        ),
        (
            "{respond: {status: 205}, break: {drip: 1s}}",
            "[0].break: an answer of status 205 has no body, so 'break: drip' has nothing to act on",
        ),
        ("{when: {sooner_than: 0s}, delay: 1s}", "[0].when.sooner_than: found '0s': input should be greater than 0"),
        (
            "{when: {nth: '1..'}, delay: 1s}, {delay: 2s}",
            "[0]: its 'when' matches every exchange, so the entries after it are never reached",
        ),
        (
            "{when: {nth: 2}, delay: 1s}, {when: {nth: 2, prompt: a}, delay: 2s}",
            "[1]: it is never reached: [0] of the same list matches whatever it matches",
        ),
        ("{when: {nth: 2}}", "[0]: an entry needs 'respond', 'spoil', 'break', 'delay' or 'keep_alive'"),
    ],
)
@pytest.mark.parametrize("kind", ["poll", "content"])
def test_a_contradiction_is_refused(text: str, expected: str, kind: str) -> None:
    """At the key that has to go."""
    assert refusal(text, kind) == f"exchanges.{kind}{expected}"


@pytest.mark.parametrize("kind", ["submit", "content", "cancel"])
def test_only_polls_follow_each_other(kind: str) -> None:
    """`sooner_than` and `goes-back` mean nothing elsewhere."""
    assert refusal("{when: {sooner_than: 1s}, delay: 1s}", kind) == (
        f"exchanges.{kind}[0].when.sooner_than: 'sooner_than' belongs to exchanges.poll: "
        "it is the time since a job's previous poll"
    )
    assert refusal("{spoil: goes-back}", kind) == (
        f"exchanges.{kind}[0].spoil: 'goes-back' belongs to exchanges.poll: only a poll tells how far a job is"
    )


@pytest.mark.parametrize("kind", ["poll", "content", "cancel"])
def test_only_submits_accept(kind: str) -> None:
    """`accept` means nothing elsewhere."""
    assert refusal("{accept: true, delay: 1s}", kind) == (
        f"exchanges.{kind}[0].accept: 'accept' belongs to exchanges.submit: a {kind} accepts nothing"
    )


def test_the_registries_have_what_the_language_names() -> None:
    """Each word has its file, and each file its word."""
    assert set(INSTEAD) == UNANSWERED
    assert {*INSTEAD, *WITHIN} == set(BreakWord.__args__)  # type: ignore[attr-defined]
    assert set(SPOILS) == set(SpoilWord.__args__)  # type: ignore[attr-defined]
    assert not set(INSTEAD) & set(WITHIN)
