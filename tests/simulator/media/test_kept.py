"""Files that are kept for a while."""

from veosim.media.kept import Kept


def makes(kept: Kept, *names: str, size: int = 10) -> list[str]:
    """Which of the files had to be made, when they were asked for one after another."""
    made = []

    def make(name: str) -> bytes:
        made.append(name)
        return name.encode() * size

    for name in names:
        assert kept.get(name, lambda name=name: make(name)) == name.encode() * size  # type: ignore[misc]
    return made


def test_a_file_is_made_once() -> None:
    """Whoever asks again gets the same object."""
    kept = Kept(100)
    assert makes(kept, "a", "b", "a", "b") == ["a", "b"]
    assert kept.get("a", lambda: b"") is kept.get("a", lambda: b"")


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    """Once there are more bytes than are kept."""
    kept = Kept(40)
    assert makes(kept, "a", "b", "c", "d", "a", "e") == ["a", "b", "c", "d", "e"]
    assert kept.size == 40
    assert makes(kept, "a", "c", "d", "e", "b") == ["b"]


def test_a_large_file_is_never_kept() -> None:
    """It would push out too many others."""
    kept = Kept(40)
    assert makes(kept, "a", "a", size=11) == ["a", "a"]
    assert kept.size == 0


def test_a_file_that_two_make_at_once_counts_once() -> None:
    """The second one finds it there when it has made its own."""
    kept = Kept(100)

    def meanwhile() -> bytes:
        kept.get("a", lambda: b"0123456789")
        return b"0123456789"

    assert kept.get("a", meanwhile) == b"0123456789"
    assert kept.size == 10
