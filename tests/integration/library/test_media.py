"""scenarios/media: a job has succeeded, and its video is not what was asked for, or no video at all."""

import io
from fractions import Fraction

import av
import httpx2
import pytest
from tests.support.decoded import channels, decoded
from tests.support.films import film
from tests.support.scenes import Client


def downloaded(client: Client, job: str) -> httpx2.Response:
    """The video, once the job has succeeded."""
    client.upstream.clock.advance("5s")
    answer = client.http.get(str(client.poll(job).json()["video_url"]))
    assert (answer.status_code, answer.headers["content-length"]) == (200, str(len(answer.content)))
    assert answer.headers["content-type"] == "video/mp4"
    return answer


@pytest.mark.veosim(scenario="audible")
def test_audible(client: Client) -> None:
    """A tone of a tenth of full scale, in both channels."""
    left, right = channels(downloaded(client, client.job()).content)
    assert left == right
    assert 0.1 < max(left) < 0.11


@pytest.mark.veosim(scenario="sound-missing")
def test_sound_missing(client: Client) -> None:
    """The pictures are those that were asked for."""
    found = decoded(downloaded(client, client.job()).content)
    assert (found.sound, found.length, found.size) == (None, Fraction(4), (1920, 1080))


@pytest.mark.veosim(scenario="wrong-size-delivered")
def test_wrong_size_delivered(client: Client) -> None:
    """Of two dialects the one that has fields for it tells of it, and the one that repeats the wish does not."""
    job = client.job(resolution="512P", aspect_ratio="9:16")
    assert decoded(downloaded(client, job).content).size == (640, 360)
    assert client.poll(job).json()["resolution"] == "512P"
    other = client.on("image-to-video")
    task = other.job()
    client.upstream.clock.advance("5s")
    data = other.poll(task).json()["data"]
    assert (data["width"], data["height"]) == (640, 360)


@pytest.mark.veosim(scenario="untold-difference")
def test_untold_difference(client: Client) -> None:
    """Duration, width and height are told as they were asked for, and only the file knows better."""
    other = client.on("image-to-video")
    task = other.job()
    client.upstream.clock.advance("5s")
    data = other.poll(task).json()["data"]
    assert (data["duration"], data["width"], data["height"]) == (6, 1920, 1080)
    found = decoded(client.http.get(data["video_url"]).content)
    assert (found.length, found.size, found.sound) == (Fraction(2), (320, 180), None)


@pytest.mark.veosim(scenario="heavy")
def test_heavy(client: Client) -> None:
    """To the byte; the pictures are all there."""
    data = downloaded(client, client.job(resolution="512P")).content
    assert len(data) == 12_000_000
    assert len(decoded(data).times) == 96


@pytest.mark.veosim(scenario="file-truncated")
def test_file_truncated(client: Client) -> None:
    """The download promises what it brings, and that is a little more than half of a video."""
    job = client.job()
    cut, whole = downloaded(client, job).content, film(job, 4)
    assert whole.startswith(cut)
    assert len(whole) / 2 < len(cut) < len(whole) * 0.6


@pytest.mark.veosim(scenario="file-corrupt")
def test_file_corrupt(client: Client) -> None:
    """It is as long as it should be, and a decoder gives up on it."""
    job = client.job()
    wrong = downloaded(client, job).content
    assert len(wrong) == len(film(job, 4))
    with pytest.raises(av.error.InvalidDataError):
        decoded(wrong)


@pytest.mark.veosim(scenario="file-without-index")
def test_file_without_index(client: Client) -> None:
    """It cannot be opened."""
    lost = downloaded(client, client.job()).content
    assert lost[4:8] == b"ftyp"
    with pytest.raises(av.error.InvalidDataError):
        av.open(io.BytesIO(lost))


@pytest.mark.veosim(scenario="file-empty")
def test_file_empty(client: Client) -> None:
    """A 200 of nothing; a request for a part of it gets the whole of it, which is nothing."""
    job = client.job()
    url = str(downloaded(client, job).url)
    assert client.http.get(url).content == b""
    assert client.http.get(url, headers={"Range": "bytes=0-9"}).status_code == 200
