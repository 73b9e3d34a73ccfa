"""Randomness that follows from names and a seed."""

import re
import string
import uuid

from hypothesis import given
from hypothesis import strategies as st

from veosim.seeded import digest, fingerprint, generator, letters_from, uuid4_from

PARTS = st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.integers() | st.binary(), max_size=4)


def spelled(parts: list[str | int | bytes]) -> list[bytes]:
    """Parts as the bytes that they are."""
    return [part if isinstance(part, bytes) else str(part).encode() for part in parts]


@given(PARTS, PARTS)
def test_different_parts_have_different_digests(one: list[str | int | bytes], other: list[str | int | bytes]) -> None:
    """Parts are framed: two lists meet in one digest only where they are the same list."""
    assert (digest(*one) == digest(*other)) == (spelled(one) == spelled(other))


def test_parts_do_not_run_into_each_other() -> None:
    """Neither where a part ends nor how many there are can be confused."""
    lists: list[tuple[str, ...]] = [("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("", "abc"), ("1:a",), ("a", "1:")]
    assert len({digest(*parts) for parts in lists}) == len(lists)


def test_a_digest_is_the_same_everywhere() -> None:
    """The bytes are part of what a seed promises, so a change of them is a change for users."""
    assert digest(7, "scenario", b"\x00").hex() == "dcf973ce527d9ed2b97675e5988a05578cd2455c8609a962d8f18a8ed069c9ae"


def test_a_generator_follows_from_its_names() -> None:
    """The same names draw the same numbers, others draw others, and neither disturbs the other."""
    first, again, other = generator(7, "run"), generator(7, "run"), generator(7, "queue")
    drawn = [first.random() for _ in range(3)]
    others = [other.random() for _ in range(3)]
    assert [again.random() for _ in range(3)] == drawn
    assert others != drawn


@given(st.binary(min_size=16, max_size=32))
def test_an_id_has_the_layout_of_a_random_uuid(raw: bytes) -> None:
    """Version and variant are set; the other 122 bits are the bytes given (RFC 9562, 5.4)."""
    text = uuid4_from(raw)
    parsed = uuid.UUID(text)
    kept = int.from_bytes(raw[:16], "big") & ~(0xF << 76) & ~(0b11 << 62)
    assert (text, parsed.version, parsed.variant) == (str(parsed), 4, uuid.RFC_4122)
    assert parsed.int == kept | 4 << 76 | 0b10 << 62


@given(st.binary(max_size=40), st.integers(0, 40))
def test_letters_are_one_a_byte(raw: bytes, length: int) -> None:
    """Each letter or digit follows from its own byte, so that there are never more of them than bytes."""
    text = letters_from(raw, length)
    assert re.fullmatch(r"[A-Za-z0-9]*", text)
    assert text == "".join(letters_from(bytes([byte]), 1) for byte in raw)[:length]


def test_letters_make_use_of_the_whole_alphabet() -> None:
    """Upper case, lower case, digits: each has a byte that gives it, and bytes beyond them begin again."""
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits
    assert letters_from(bytes(range(63)), 63) == alphabet + "A"


def test_a_fingerprint_does_not_show_its_key() -> None:
    """It is short, always the same, and another one for another key."""
    assert re.fullmatch(r"key:[0-9a-f]{10}", fingerprint("Bearer sk-secret"))
    assert fingerprint("Bearer sk-secret") == fingerprint("Bearer sk-secret") != fingerprint("Bearer sk-other")
