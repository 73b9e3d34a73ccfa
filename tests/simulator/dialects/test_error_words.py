"""The words of HTTP errors."""

import pytest

from veosim.dialects.error_words import WORDS, error_word


@pytest.mark.parametrize(
    ("status", "word"),
    [
        *((400, "invalid_request"), (401, "unauthorized"), (403, "forbidden"), (404, "not_found")),
        *((405, "method_not_allowed"), (409, "conflict"), (413, "request_too_large"), (429, "rate_limited")),
        *((500, "upstream_error"), (503, "upstream_error"), (418, "upstream_error"), (200, "upstream_error")),
    ],
)
def test_a_status_has_its_word(status: int, word: str) -> None:
    """What has none of its own is an upstream's."""
    assert error_word(status) == word


def test_each_word_is_of_one_status() -> None:
    """So that a client can tell the statuses apart by their words alone."""
    assert len({*WORDS.values(), error_word(500)}) == len(WORDS) + 1
