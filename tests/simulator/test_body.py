"""The one reader of request bodies, fed with what nobody should send."""

import asyncio
import contextlib
import json
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veosim.body import DEPTH_LIMIT, DIGIT_LIMIT, BadBodyError, ClientLeftError, parse_json, parse_object, read_body

TOO_DEEP = f"The body is nested deeper than {DEPTH_LIMIT} levels."
HALF_PAIR = "A string holds half of a surrogate pair."
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
DATA = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


def read(*messages: MutableMapping[str, Any], limit: int = 10) -> bytes:
    """The body that these messages bring."""
    remaining: Iterator[MutableMapping[str, Any]] = iter(messages)

    async def receive() -> MutableMapping[str, Any]:
        return next(remaining)

    return asyncio.run(read_body(receive, limit))


def part(body: bytes, *, more: bool = False) -> dict[str, Any]:
    """One part of a request."""
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.mark.parametrize(
    ("messages", "body"),
    [
        ([part(b"")], b""),
        ([{"type": "http.request"}], b""),
        ([part(b"0123456789")], b"0123456789"),
        ([part(b"01234", more=True), part(b"56789")], b"0123456789"),
        ([part(b"01234", more=True), part(b"", more=True), {"type": "http.request"}], b"01234"),
    ],
)
def test_a_body_is_read_to_its_end(messages: list[dict[str, Any]], body: bytes) -> None:
    """However it is cut, up to exactly the limit."""
    assert read(*messages) == body


@pytest.mark.parametrize("messages", [[part(b"01234567890")], [part(b"0123456789", more=True), part(b"0", more=True)]])
def test_a_body_over_the_limit_is_refused(messages: list[dict[str, Any]]) -> None:
    """One byte too many is a 413, and nothing more is read."""
    with pytest.raises(BadBodyError) as refusal:
        read(*messages)
    assert (str(refusal.value), refusal.value.status) == ("The body is larger than 10 bytes.", 413)


@pytest.mark.parametrize("before", [[], [part(b"01", more=True)]])
def test_a_client_that_leaves_is_told_from_a_bad_body(before: list[dict[str, Any]]) -> None:
    """Whether it left before the first part or after it."""
    with pytest.raises(ClientLeftError):
        read(*before, {"type": "http.disconnect"})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is not JSON: expecting value at line 1, column 1."),
        (b'{"a": 1', "The body is not JSON: expecting ',' delimiter at line 1, column 8."),
        (b'{"a":\n 1 2}', "The body is not JSON: expecting ',' delimiter at line 2, column 4."),
        (b"{} {}", "The body is not JSON: extra data at line 1, column 4."),
        (b"a=1&b=2", "The body is not JSON: expecting value at line 1, column 1."),
        (b"<xml/>", "The body is not JSON: expecting value at line 1, column 1."),
        (b'{"a": "\x01"}', "The body is not JSON: invalid control character at line 1, column 8."),
        (b'{"a": "\\x"}', "The body is not JSON: invalid \\escape at line 1, column 8."),
        (b'{"a": "\xff"}', "The body is not UTF-8."),
        (b'{"a": "\xed\xa0\x80"}', "The body is not UTF-8."),
        ('{"a": 1}'.encode("utf-16"), "The body is not UTF-8."),
        (b'{"a": NaN}', "NaN is not JSON."),
        (b'{"a": Infinity}', "Infinity is not JSON."),
        (b'{"a": -Infinity}', "-Infinity is not JSON."),
        (b'{"a": 1e400}', "A number is too large."),
        (b'{"a": -1e400}', "A number is too large."),
        pytest.param(b"9" * (DIGIT_LIMIT + 1), f"An integer has more than {DIGIT_LIMIT} digits.", id="digits"),
        pytest.param(b"9" * 5_000, f"An integer has more than {DIGIT_LIMIT} digits.", id="5000-digits"),
        (b'{"a": "\\ud800"}', HALF_PAIR),
        (b'{"\\udfff": 1}', HALF_PAIR),
        (b'["\\udc00\\ud800"]', HALF_PAIR),
        pytest.param(b"[" * 10_000, TOO_DEEP, id="open-lists"),
        pytest.param(b"[" * 10_000 + b"]" * 10_000, TOO_DEEP, id="deep-lists"),
        pytest.param(b"[" * 100_000, "The body has more than 10000 brackets.", id="many-lists"),
        pytest.param(b"[1" + b",1" * 200_001 + b"]", "The body has more than 200000 commas.", id="many-values"),
        pytest.param(b'{"a":' * 5_000 + b"1" + b"}" * 5_000, TOO_DEEP, id="deep-objects"),
    ],
)
def test_a_hostile_body_is_a_named_400(body: bytes, message: str) -> None:
    """Whatever is wrong is said in words that are safe to send back."""
    with pytest.raises(BadBodyError) as refusal:
        parse_json(body)
    assert (str(refusal.value), refusal.value.status) == (message, 400)


@pytest.mark.parametrize("leaf", [b"", b"1", b'"x"'])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":[', b"]}")])
def test_depth_is_bounded_exactly(opening: bytes, closing: bytes, leaf: bytes) -> None:
    """As many levels as the limit pass, and one more does not, whatever stands inside."""
    count = DEPTH_LIMIT // (2 if b"{" in opening else 1)
    legal = opening * count + leaf + closing * count
    parse_json(legal)
    with pytest.raises(BadBodyError, match=TOO_DEEP):
        parse_json(b"[" + legal + b"]")


@pytest.mark.parametrize("body", [b'["' + b"[" * 9_000, b'["' + b'\\"[' * 9_000, b"[" * 65 + b'"' + b"]" * 65])
def test_brackets_in_a_text_have_no_depth(body: bytes) -> None:
    """Also where the text never ends; what is told then is that it is no JSON, or that what stands before is deep."""
    with pytest.raises(BadBodyError) as error:
        parse_json(body)
    assert ("deeper" in str(error.value)) == body.startswith(b"[[")


def test_a_wide_body_is_not_a_deep_one() -> None:
    """Many brackets side by side are no nesting."""
    data = [{"a": [index]} for index in range(1_000)]
    assert parse_json(json.dumps(data).encode()) == data


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b' {"a": [1, 2.5, null, true]} ', {"a": [1, 2.5, None, True]}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        ('{"a": "größe"}'.encode(), {"a": "größe"}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        pytest.param(b'{"a": %s}' % (b"9" * DIGIT_LIMIT), {"a": int("9" * DIGIT_LIMIT)}, id="long"),
    ],
)
def test_an_object_is_read(body: bytes, data: object) -> None:
    """What is JSON and within the bounds comes out whole."""
    assert parse_object(body) == data


def test_fractions_are_exact_where_asked_for() -> None:
    """They stay within the same bounds, and an exponent that no Decimal has is an error of its own."""
    assert repr(parse_json(b"[1.10, 7, 1e3]", exact=True)) == "[Decimal('1.10'), 7, Decimal('1E+3')]"
    assert repr(parse_json(b'[1.10, "\\u00e9"]', exact=True)) == "[Decimal('1.10'), 'é']"
    with pytest.raises(BadBodyError, match=r"^A number is too large\.$"):
        parse_json(b"1e999", exact=True)
    with pytest.raises(ArithmeticError):
        parse_json(b"1e-99999999999999999999", exact=True)


@pytest.mark.parametrize("body", [b"[]", b"1", b'"a"', b"null", b"true"])
def test_a_body_must_be_an_object(body: bytes) -> None:
    """No operation takes anything else."""
    with pytest.raises(BadBodyError) as refusal:
        parse_object(body)
    assert (str(refusal.value), refusal.value.status) == ("The body must be a JSON object.", 400)


@given(DATA)
def test_any_json_survives(data: object) -> None:
    """Reading is the inverse of writing, escaped or not."""
    for escaped in (True, False):
        assert parse_json(json.dumps(data, ensure_ascii=escaped).encode()) == data


@given(st.binary() | st.text(alphabet='[]{}",:\\u0d8NaInf-1eE. ').map(str.encode))
def test_no_bytes_crash_the_reader(body: bytes) -> None:
    """The outcome is data or a refusal, for anything at all."""
    with contextlib.suppress(BadBodyError):
        json.dumps(parse_json(body), allow_nan=False, ensure_ascii=False).encode()
