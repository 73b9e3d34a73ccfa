"""JSON pointers: what stands at one, and putting something there with all that is missing on the way."""

from typing import Any

import pytest

from veocontracts.pointers import MISSING, at, first, found, parts, put

DATA: dict[str, Any] = {"a": {"b": [1, {"c": None}]}, "": "empty", "x/y": 2, "m~n": 3}


@pytest.mark.parametrize(
    ("pointer", "there"),
    [
        ("", DATA),
        ("/a/b/0", 1),
        ("/a/b/1/c", None),
        ("/", "empty"),
        ("/x~1y", 2),
        ("/m~0n", 3),
        ("/a/b/2", MISSING),
        ("/a/b/one", MISSING),
        ("/a/b/0/c", MISSING),
        ("/z", MISSING),
    ],
)
def test_a_pointer_finds_what_is_there(pointer: str, there: Any) -> None:
    """Null is something; what is not there is MISSING, or None where nobody needs to tell."""
    assert found(DATA, pointer) is there or found(DATA, pointer) == there
    assert at(DATA, pointer) == (None if there is MISSING else there)


def test_the_parts_of_a_pointer_are_names() -> None:
    """With what RFC 6901 writes otherwise."""
    assert parts("/a~1b/~01/0") == ("a/b", "~1", "0")


def test_the_first_that_says_something_counts() -> None:
    """Null and an empty text say nothing."""
    data = {"a": "", "b": None, "c": 0}
    assert (first(data, ("/a", "/b", "/c")), first(data, ("/a", "/b"))) == (0, None)


@pytest.mark.parametrize(
    ("before", "pointer", "after"),
    [
        ({}, "/a", {"a": 7}),
        ({"a": 1}, "/a", {"a": 7}),
        ({}, "/a/b/c", {"a": {"b": {"c": 7}}}),
        ({"a": {"x": 1}}, "/a/b", {"a": {"x": 1, "b": 7}}),
        ({}, "/a/0", {"a": [7]}),
        ({"a": [1]}, "/a/0", {"a": [7]}),
        ({"a": [1]}, "/a/1", {"a": [1, 7]}),
        ({}, "/a/0/b", {"a": [{"b": 7}]}),
        ({"a": [{"x": 1}]}, "/a/0/b", {"a": [{"x": 1, "b": 7}]}),
    ],
)
def test_a_value_is_put_where_a_pointer_leads(before: dict[str, Any], pointer: str, after: dict[str, Any]) -> None:
    """Objects are made for names, lists for numbers; what stands beside stays."""
    put(before, pointer, 7)
    assert before == after
