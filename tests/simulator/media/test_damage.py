"""Files that are broken on purpose, as a decoder of other people's finds them."""

import io

import av
import pytest
from tests.support.decoded import decoded

from veosim.media.clip import Clip
from veosim.media.damage import damaged
from veosim.media.mp4 import write

WHOLE = write(Clip("film", 320, 180, 8000))
HEAVY = write(Clip("film", 320, 180, 8000, weight=200_000))


def pictures_before_the_fault(data: bytes) -> int:
    """How many pictures are decoded until something is wrong."""
    count = 0
    with av.open(io.BytesIO(data), "r") as container:
        assert container.duration == 8 * av.time_base
        container.streams.video[0].codec_context.options = {"err_detect": "+explode"}
        try:
            for _ in container.decode(video=0):
                count += 1
        except av.error.InvalidDataError:
            return count
    return count


@pytest.mark.parametrize("file", [WHOLE, HEAVY], ids=["light", "heavy"])
def test_a_truncated_file_ends_halfway(file: object) -> None:
    """It opens, tells its whole length, and brings about half of its pictures."""
    assert isinstance(file, type(WHOLE))
    cut = damaged(file, "truncated")
    assert file.data.startswith(cut)
    assert len(cut) == (file.media + len(file.data)) // 2
    assert 72 <= pictures_before_the_fault(cut) <= 120


@pytest.mark.parametrize("file", [WHOLE, HEAVY], ids=["light", "heavy"])
def test_a_corrupt_file_is_wrong_from_the_middle_on(file: object) -> None:
    """It has its whole size, opens, tells its whole length, and its decoder meets an error halfway."""
    assert isinstance(file, type(WHOLE))
    wrong = damaged(file, "corrupt")
    middle = (file.media + len(file.data)) // 2
    assert len(wrong) == len(file.data)
    assert wrong[:middle] == file.data[:middle]
    assert not any(one == other for one, other in zip(wrong[middle:], file.data[middle:], strict=True))
    assert 72 <= pictures_before_the_fault(wrong) <= 120
    with pytest.raises((av.error.FFmpegError, AssertionError)):
        decoded(wrong)


def test_a_file_without_an_index_cannot_be_opened() -> None:
    """The pictures are there, and nobody knows where."""
    lost = damaged(WHOLE, "no-index")
    assert b"moov" not in lost
    assert lost.endswith(WHOLE.data[WHOLE.media :])
    with pytest.raises(av.error.InvalidDataError):
        av.open(io.BytesIO(lost), "r")


def test_an_empty_file_is_empty() -> None:
    """No byte at all."""
    assert damaged(WHOLE, "empty") == b""
