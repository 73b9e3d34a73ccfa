"""The `callbacks:` block of a scenario: what it may say, and what it may not."""

from typing import Any

import pytest

from veosim.errors import SourceError
from veosim.scenario.callbacks import CallbackRules, RetryRules
from veosim.units import SECOND
from veosim.yamlfile import check, read_tree


def rules(text: str) -> CallbackRules:
    """The block as a file holds it."""
    return check(CallbackRules, read_tree(text, "f.yaml"))


def faults(text: str) -> list[str]:
    """What is wrong with a block in line 1, without the place's line."""
    with pytest.raises(SourceError) as refusal:
        rules(text)
    return [line.removeprefix("f.yaml:1:") for line in str(refusal.value).splitlines()]


def test_every_key_is_read() -> None:
    """Words, times and numbers arrive as the engine needs them."""
    text = (
        "{delay: {uniform: [1s, 2s]}, copies: 3, order: reversed, sign: none, "
        "retry: {attempts: 5, backoff: 500ms, factor: 1.5, after: [5xx, 4xx, timeout, refused, 302]}}"
    )
    assert rules(text).model_dump() == {
        "delay": {"uniform": (SECOND, 2 * SECOND)},
        "copies": 3,
        "order": "reversed",
        "before_submit_answer": False,
        "sign": "none",
        "retry": {
            "attempts": 5,
            "backoff": SECOND // 2,
            "factor": 1.5,
            "after": ("5xx", "4xx", "timeout", "refused", 302),
        },
    }


def test_by_default_a_callback_is_sent_once_at_once_and_never_repeated() -> None:
    """The documents promise one POST, and nothing of repeats."""
    defaults: dict[str, Any] = CallbackRules().model_dump(exclude={"retry"})
    assert (defaults, CallbackRules().retry.attempts) == (
        {"delay": 0, "copies": 1, "order": "forward", "before_submit_answer": False, "sign": None},
        1,
    )


def test_who_asks_for_attempts_gets_the_usual_rest() -> None:
    """Two seconds, then twice as long each time, after whatever a receiver may recover from."""
    assert rules("retry: {attempts: 3}").retry.model_dump() == {
        "attempts": 3,
        "backoff": 2 * SECOND,
        "factor": 2,
        "after": ("5xx", "timeout", "refused"),
    }


KEYS = "allowed: delay, copies, order, before_submit_answer, retry, sign"
CAUSES = "allowed: 5xx, 4xx, timeout, refused, or a status from 300 to 599"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{copies: 101}", ["10: copies: found 101: input should be less than or equal to 100"]),
        ("{copies: -1}", ["10: copies: found -1: input should be greater than or equal to 0"]),
        (
            "{copys: 2}",
            ["2: copys: unknown key 'copys'; " + KEYS + "; did you mean 'copies'?"],
        ),
        (
            "{delay: 3}",
            ["9: delay: 3 is not a duration; allowed: a number with a unit: 250ms, 90s, 4m, 48h; did you mean '3s'?"],
        ),
        (
            "{order: reverse}",
            ["9: order: found 'reverse'; allowed: forward, reversed; did you mean 'reversed'?"],
        ),
        ("{sign: god}", ["8: sign: found 'god'; allowed: good, bad, none, expired; did you mean 'good'?"]),
        ("{before_submit_answer: yes}", ["24: before_submit_answer: found 'yes'; allowed: true or false"]),
        (
            "{copies: 0, sign: bad}",
            ["19: sign: 'copies: 0' sends nothing, so 'sign' says nothing"],
        ),
        (
            "{before_submit_answer: true, delay: 1s}",
            ["37: delay: 'before_submit_answer' sends as the job is submitted, so it excludes 'delay'"],
        ),
        ("{retry: {}}", ["9: retry: the key 'attempts' is missing"]),
        (
            "{retry: {attempts: 21}}",
            ["20: retry.attempts: found 21: input should be less than or equal to 20"],
        ),
        (
            "{retry: {attempts: 1, factor: 2}}",
            ["31: retry.factor: a single attempt is never repeated, so 'factor' says nothing"],
        ),
        (
            "{retry: {attempts: 2, backoff: 0s}}",
            ["32: retry.backoff: attempts that follow at once have no order: let some time pass"],
        ),
        (
            "{retry: {attempts: 2, after: []}}",
            ["30: retry.after: 2 attempts, and nothing that they are repeated after"],
        ),
        (
            "{retry: {attempts: 2, factor: 0.5}}",
            ["31: retry.factor: found 0.5: input should be greater than or equal to 1"],
        ),
        (
            "{retry: {attempts: 4, backoff: 10h, factor: 11}}",
            ["45: retry.factor: attempt 4 would wait for 4356000s, longer than 3600000s"],
        ),
        (
            "{retry: {attempts: 2, after: [timeot]}}",
            [f"31: retry.after[0]: found 'timeot'; {CAUSES}; did you mean 'timeout'?"],
        ),
        (
            "{retry: {attempts: 2, after: [204]}}",
            [f"31: retry.after[0]: found 204; {CAUSES}; a 2xx is a delivery: what is delivered twice is 'copies'"],
        ),
        ("{retry: {attempts: 2, after: [true]}}", [f"31: retry.after[0]: found True; {CAUSES}"]),
    ],
)
def test_mistakes_are_refused_with_the_place_and_the_fix(text: str, expected: list[str]) -> None:
    """Each names what was found, and what would be right."""
    assert faults(text) == expected


def test_waits_grow_by_the_factor() -> None:
    """The first is `backoff` itself."""
    retry = rules("retry: {attempts: 4, factor: 1.5}").retry
    assert [retry.wait_after(attempt) for attempt in (1, 2, 3)] == [2 * SECOND, 3 * SECOND, 9 * SECOND // 2]


@pytest.mark.parametrize(
    ("after", "repeated"),
    [
        (("5xx",), {503}),
        (("4xx",), {404, 499}),
        ((404, "refused"), {404, "refused"}),
        (("timeout",), {"timeout"}),
        ((302,), {302}),
    ],
)
def test_only_what_is_listed_is_repeated(after: tuple[str | int, ...], repeated: set[int | str]) -> None:
    """Statuses by their class or one by one, failures by their word; a forbidden address never."""
    retry = RetryRules(attempts=2, after=after)
    ends: list[int | str] = [200, 302, 404, 499, 503, "timeout", "refused", "forbidden"]
    found = {
        end
        for end in ends
        if (retry.repeats_after("answered", end) if isinstance(end, int) else retry.repeats_after(end, None))
    }
    assert found == repeated
