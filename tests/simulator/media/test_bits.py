"""Bits in the order of H.264 and AAC."""

import pytest

from veosim.media.bits import Bits


def text(bits: Bits) -> str:
    """The bits, one character each."""
    return f"{bits.value:0{bits.length}b}" if bits.length else ""


@pytest.mark.parametrize(
    ("number", "code"),
    [(0, "1"), (1, "010"), (2, "011"), (3, "00100"), (6, "00111"), (7, "0001000"), (254, "0" * 7 + "11111111")],
)
def test_an_unsigned_number_takes_the_bits_that_it_needs(number: int, code: str) -> None:
    """H.264, table 9-2."""
    assert text(Bits().ue(number)) == code


@pytest.mark.parametrize(("number", "stands_for"), [(0, 0), (1, 1), (-1, 2), (2, 3), (-2, 4), (3, 5), (-3, 6)])
def test_a_signed_number_stands_for_an_unsigned_one(number: int, stands_for: int) -> None:
    """H.264, table 9-3."""
    assert text(Bits().se(number)) == text(Bits().ue(stands_for))


def test_bits_follow_each_other() -> None:
    """Numbers of fixed width keep their zeros, and bytes may begin anywhere."""
    assert text(Bits().u(3, 1).u(2, 0).raw(b"\x81").append(Bits().u(1, 1))) == "001" + "00" + "10000001" + "1"
    assert Bits().u(4, 10).u(12, 0xBCD).to_bytes() == b"\xab\xcd"


@pytest.mark.parametrize(
    ("phase", "written", "zeros"), [(0, 0, 0), (0, 3, 5), (0, 8, 0), (5, 0, 3), (5, 3, 0), (7, 2, 7)]
)
def test_alignment_counts_what_stands_before(phase: int, written: int, zeros: int) -> None:
    """The bits of another text that this one continues are part of the byte."""
    bits = Bits(phase).u(written, 0)
    assert bits.align().length == written + zeros


def test_a_copy_goes_its_own_way() -> None:
    """Neither sees what is written to the other."""
    one = Bits(3).u(2, 2)
    other = one.copy()
    one.u(1, 1)
    other.align()
    assert (text(one), text(other)) == ("101", "10000")
