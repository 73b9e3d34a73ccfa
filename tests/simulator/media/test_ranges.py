"""Parts of a file: conditions and byte ranges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veosim.media.ranges import Part, select

DATA = bytes(range(10))
TAG = '"a,b-1"'
WHOLE = Part(200, {"ETag": TAG, "Accept-Ranges": "bytes"}, DATA)
UNCHANGED = Part(304, {"ETag": TAG}, b"")
BEHIND = Part(416, {"Content-Range": "bytes */10", "Accept-Ranges": "bytes"}, b"")
HUGE = "9" * 5000


def part(first: int, last: int) -> Part:
    """The answer that holds these positions, both included."""
    headers = {"ETag": TAG, "Accept-Ranges": "bytes", "Content-Range": f"bytes {first}-{last}/10"}
    return Part(206, headers, DATA[first : last + 1])


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ("bytes=0-0", part(0, 0)),
        ("bytes=2-5", part(2, 5)),
        ("bytes=0-9", part(0, 9)),
        ("bytes=9-9", part(9, 9)),
        ("bytes=3-", part(3, 9)),
        ("bytes=0-", part(0, 9)),
        ("bytes=4-10", part(4, 9)),
        (f"bytes=4-{HUGE}", part(4, 9)),
        ("bytes=0002-0000000000000000000000005", part(2, 5)),
        ("bytes=-1", part(9, 9)),
        ("bytes=-10", part(0, 9)),
        ("bytes=-11", part(0, 9)),
        (f"bytes=-{HUGE}", part(0, 9)),
        ("BYTES=2-5", part(2, 5)),
        (" bytes=2-5\t", part(2, 5)),
        ("bytes=10-", BEHIND),
        ("bytes=10-10", BEHIND),
        (f"bytes={HUGE}-", BEHIND),
        ("bytes=-0", BEHIND),
        ("bytes=5-4", WHOLE),
        (f"bytes={HUGE}-4", WHOLE),
        ("bytes=0-1,3-4", WHOLE),
        ("bytes=0-1,", WHOLE),
        ("seconds=0-1", WHOLE),
        ("", WHOLE),
        ("bytes", WHOLE),
        ("bytes=", WHOLE),
        ("bytes=-", WHOLE),
        ("bytes=a-b", WHOLE),
        ("bytes = 0-1", WHOLE),
        ("bytes=0 - 1", WHOLE),
        ("bytes=+0-1", WHOLE),
        ("bytes=0--1", WHOLE),
        ("bytes=\u0661-\u0662", WHOLE),
        ("0-1", WHOLE),
    ],
)
def test_a_range_has_one_answer(wanted: str, answer: Part) -> None:
    """One range is cut out, one behind the end is a 416, and what may or must be ignored sends everything."""
    assert select(DATA, TAG, {"range": wanted}) == answer


def test_without_a_range_everything_is_sent() -> None:
    """The answer says that ranges are possible, and what to ask about later."""
    assert select(DATA, TAG, {}) == WHOLE


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        (TAG, UNCHANGED),
        (f"W/{TAG}", UNCHANGED),
        (f'"other", W/"third" ,{TAG}', UNCHANGED),
        ("*", UNCHANGED),
        (" * ", UNCHANGED),
        ('"other"', WHOLE),
        ('"a", "b-1"', WHOLE),
        ("a,b-1", WHOLE),
        ('"*"', WHOLE),
        ('"A,B-1"', WHOLE),
        ("", WHOLE),
    ],
)
def test_if_none_match(condition: str, answer: Part) -> None:
    """A client that has the file, by a weak tag too, is told so and sent nothing."""
    assert select(DATA, TAG, {"if-none-match": condition}) == answer


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        (TAG, part(2, 5)),
        (f" {TAG} ", part(2, 5)),
        (f"W/{TAG}", WHOLE),
        ('"other"', WHOLE),
        (f'{TAG}, "other"', WHOLE),
        ("*", WHOLE),
        ("", WHOLE),
        ("Wed, 21 Oct 2026 07:28:00 GMT", WHOLE),
    ],
)
def test_if_range(condition: str, answer: Part) -> None:
    """The range counts only for the very file that the client has a part of."""
    assert select(DATA, TAG, {"range": "bytes=2-5", "if-range": condition}) == answer


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"range": "bytes=2-5", "if-none-match": TAG}, UNCHANGED),
        ({"range": "bytes=10-", "if-none-match": "*"}, UNCHANGED),
        ({"range": "bytes=2-5", "if-none-match": TAG, "if-range": '"other"'}, UNCHANGED),
        ({"range": "bytes=2-5", "if-none-match": '"other"'}, part(2, 5)),
        ({"range": "bytes=10-", "if-range": '"other"'}, WHOLE),
        ({"if-range": '"other"'}, WHOLE),
        ({"if-range": TAG}, WHOLE),
    ],
)
def test_conditions_come_before_the_range(headers: dict[str, str], answer: Part) -> None:
    """If-None-Match first, If-Range next, the range last; If-Range without Range says nothing."""
    assert select(DATA, TAG, headers) == answer


@pytest.mark.parametrize("wanted", ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0", "bytes=5-"])
def test_an_empty_file_has_no_parts(wanted: str) -> None:
    """No position exists that a part could name: the nothing is sent whole."""
    assert select(b"", TAG, {"range": wanted}) == Part(200, {"ETag": TAG, "Accept-Ranges": "bytes"}, b"")


@given(data=st.binary(min_size=1), first=st.integers(0, 200), length=st.integers(1, 200))
def test_a_part_is_a_slice(data: bytes, first: int, length: int) -> None:
    """A part holds the bytes that its Content-Range names; behind the end there is none."""
    answer = select(data, TAG, {"range": f"bytes={first}-{first + length - 1}"})
    if first >= len(data):
        assert answer == Part(416, {"Content-Range": f"bytes */{len(data)}", "Accept-Ranges": "bytes"}, b"")
    else:
        body = data[first : first + length]
        span = {"Content-Range": f"bytes {first}-{first + len(body) - 1}/{len(data)}"}
        assert answer == Part(206, {"ETag": TAG, "Accept-Ranges": "bytes"} | span, body)


@given(data=st.binary(min_size=1), step=st.integers(1, 40))
def test_parts_in_a_row_make_the_whole(data: bytes, step: int) -> None:
    """A download in pieces, each asked for on the condition of the same tag, is the file."""
    pieces = [
        select(data, TAG, {"range": f"bytes={at}-{at + step - 1}", "if-range": TAG}) for at in range(0, len(data), step)
    ]
    assert {piece.status for piece in pieces} == {206}
    assert b"".join(piece.body for piece in pieces) == data


@given(data=st.binary(min_size=1), length=st.integers(1, 200))
def test_a_suffix_is_the_end(data: bytes, length: int) -> None:
    """The last bytes, or all where there are fewer."""
    assert select(data, TAG, {"range": f"bytes=-{length}"}).body == data[-length:]


HEADERS = st.one_of(
    st.text(),
    st.from_regex(r"bytes=[0-9]{0,3}-[0-9]{0,3}(,[0-9]{0,3}-[0-9]{0,3})?", fullmatch=True),
    st.sampled_from(
        [TAG, f"W/{TAG}", "*", '"'],
    ),
)


@given(
    data=st.binary(max_size=50),
    headers=st.dictionaries(st.sampled_from(["range", "if-range", "if-none-match"]), HEADERS),
)
def test_whatever_is_asked_has_an_answer(data: bytes, headers: dict[str, str]) -> None:
    """Any headers lead to one of the four answers, and only 200 and 206 carry bytes."""
    answer = select(data, TAG, headers)
    assert answer.status in (200, 206, 304, 416)
    assert answer.body == {200: data, 206: answer.body or None}.get(answer.status, b"")
