"""scenarios/downloads: a job has succeeded, and its video is not to be had at the first try."""

import http.client

import pytest
from tests.support.films import film
from tests.support.scenes import Client


def url_of_a_success(client: Client) -> str:
    """Where the video of a job lies that has just succeeded."""
    job = client.job()
    client.upstream.clock.advance("5s")
    return str(client.poll(job).json()["video_url"])


def video(client: Client) -> bytes:
    """The video of the only job."""
    (job,) = client.upstream.jobs
    return film(job.id, 4)


@pytest.mark.veosim(scenario="expired-url")
def test_expired_url(client: Client) -> None:
    """59.999 s after the job's end the video can be had, at 60 s no more, though the job is still a success."""
    url = url_of_a_success(client)
    client.upstream.clock.advance("59999ms")
    assert client.http.get(url).content == video(client)
    client.upstream.clock.advance("1ms")
    expired = client.http.get(url)
    assert (expired.status_code, expired.json()) == (403, {"status": "error", "message": "The URL has expired."})
    assert client.word(client.upstream.jobs[0].id) == "success"


@pytest.mark.veosim(scenario="download-truncated")
def test_download_truncated(client: Client) -> None:
    """Every time half of the video comes, though all of it was promised."""
    url, whole = url_of_a_success(client), video(client)
    for _ in range(2):
        with client.getting(url) as pending, pytest.raises(http.client.IncompleteRead) as cut:
            pending.answer()
        half = len(whole) // 2
        assert (cut.value.partial, cut.value.expected) == (whole[:half], len(whole) - half)


@pytest.mark.veosim(scenario="download-slow")
def test_download_slow(client: Client) -> None:
    """After a second 250 bytes have come; the whole video takes 4 ms a byte, which is more than a minute."""
    url, whole = url_of_a_success(client), video(client)
    with client.getting(url) as pending:
        length, nothing = pending.body()
        client.upstream.clock.advance("1s")
        second = pending.body(250)[1]
        client.upstream.clock.advance("59s")
        minute = pending.body(15_000)[1]
        client.upstream.clock.advance(f"{4 * (length - 15_000)}ms")
        assert pending.body(length)[1] == whole
    assert (nothing, second, minute) == (b"", whole[:250], whole[:15_000])


@pytest.mark.veosim(scenario="download-wrong-content-type")
def test_download_wrong_content_type(client: Client) -> None:
    """The bytes are the video's, and the type is not."""
    answer = client.http.get(url_of_a_success(client))
    found = answer.status_code, answer.headers["content-type"], answer.content
    assert found == (200, "text/html; charset=utf-8", video(client))


@pytest.mark.veosim(scenario="range")
def test_range(client: Client) -> None:
    """The first download ends halfway; one that asks for the rest gets just that, and one that does not gets all."""
    url, whole = url_of_a_success(client), video(client)
    with client.getting(url) as pending, pytest.raises(http.client.IncompleteRead) as cut:
        pending.answer()
    got = cut.value.partial
    rest = client.http.get(url, headers={"Range": f"bytes={len(got)}-"})
    assert (rest.status_code, got + rest.content, len(got)) == (206, whole, len(whole) // 2)
    assert rest.headers["content-range"] == f"bytes {len(got)}-{len(whole) - 1}/{len(whole)}"
    assert client.http.get(url).content == whole
