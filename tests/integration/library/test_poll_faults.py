"""scenarios/poll-faults: what can go wrong while a job runs on, and how soon polls are right again."""

import http.client
import json
from urllib.parse import urlsplit

import httpx2
import pytest
from tests.support.scenes import Client

from veosim import server
from veosim.dialects.base import Kind
from veosim.units import SECOND, seconds


def at_two_seconds(job: str) -> dict[str, object]:
    """What a poll of a job of five seconds says after two."""
    return {"status": "processing", "job_id": job, "progress": 40}


def job_of_two_seconds(client: Client) -> str:
    """A job that has run for two seconds, and that nobody has polled."""
    job = client.job()
    client.upstream.clock.advance("2s")
    return job


def assert_all_well_from_now_on(client: Client, job: str) -> None:
    """The next polls are right: while the job runs, and when it has ended."""
    assert client.poll(job).json() == at_two_seconds(job)
    assert client.words(job, "3s") == ["success"]


@pytest.mark.veosim(scenario="one-503")
def test_one_503(client: Client) -> None:
    """The first poll of each of two jobs is a 503, and the next ones are right."""
    for job in [job_of_two_seconds(client), client.job(prompt="Another boat")]:
        answer = client.poll(job)
        assert (answer.status_code, answer.json()["status"]) == (503, "error")
        assert client.poll(job).status_code == 200
    client.upstream.reset()


@pytest.mark.veosim(scenario="always-503")
def test_always_503(client: Client) -> None:
    """Every poll is a 503, also long after the job has succeeded and its video lies there."""
    job = client.job()
    for wait in ("2s", "3s", "1h"):
        client.upstream.clock.advance(wait)
        assert client.poll(job).status_code == 503
    assert client.http.get(f"{client.upstream.url_for('api-video')}/media/{job}/video.mp4").status_code == 200


@pytest.mark.veosim(scenario="html-502")
def test_html_502(client: Client) -> None:
    """The first poll is a page for people, and the next ones are right."""
    job = job_of_two_seconds(client)
    answer = client.poll(job)
    found = answer.status_code, answer.headers["content-type"], answer.text
    assert found == (502, "text/html", "<html><h1>502 Bad Gateway</h1></html>")
    assert_all_well_from_now_on(client, job)


@pytest.mark.veosim(scenario="one-bad-json")
def test_one_bad_json(client: Client) -> None:
    """The first answer lacks its last brace, and the next ones are right."""
    job = job_of_two_seconds(client)
    answer = client.poll(job)
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert (answer.status_code, json.loads(answer.text + "}")) == (200, at_two_seconds(job))
    assert_all_well_from_now_on(client, job)


@pytest.mark.veosim(scenario="poll-truncated")
def test_poll_truncated(client: Client) -> None:
    """Of the first answer half comes, then the connection ends; the next ones are right."""
    job = job_of_two_seconds(client)
    with client.polling(job) as pending, pytest.raises(http.client.IncompleteRead) as cut:
        pending.answer()
    whole = client.poll(job).content
    assert (cut.value.partial, cut.value.expected) == (whole[: len(whole) // 2], len(whole) - len(whole) // 2)
    assert_all_well_from_now_on(client, job)


@pytest.mark.veosim(scenario="hangs")
def test_hangs(client: Client) -> None:
    """An hour later the first poll has no answer and its connection is open; the next one finds the job's success."""
    job = job_of_two_seconds(client)
    with client.polling(job) as pending:
        assert_all_well_from_now_on(client, job)
        client.upstream.clock.advance("1h")
        assert pending.so_far() == b""


@pytest.mark.veosim(scenario="drips")
def test_drips(client: Client) -> None:
    """After a second five bytes of the first answer have come, in the end all of them; the next ones are right."""
    job = job_of_two_seconds(client)
    with client.polling(job) as pending:
        length, nothing = pending.body()
        client.upstream.clock.advance("999ms")
        four = pending.body(4)[1]
        client.upstream.clock.advance("1ms")
        five = pending.body(5)[1]
        client.upstream.clock.advance(f"{200 * (length - 5)}ms")
        whole = pending.body(length)[1]
    assert (len(nothing), len(four), five, len(whole)) == (0, 4, whole[:5], length)
    assert json.loads(whole) == at_two_seconds(job)
    assert client.word(job) == "success"


@pytest.mark.veosim(scenario="404-at-first")
def test_404_at_first(client: Client) -> None:
    """Two polls do not find the job, and the next ones are right."""
    job = job_of_two_seconds(client)
    assert [client.poll(job).status_code for _ in range(2)] == [404, 404]
    assert_all_well_from_now_on(client, job)


@pytest.mark.veosim(scenario="404-later")
def test_404_later(client: Client) -> None:
    """Two polls find the job of a minute, and no later one, also when it must have ended."""
    job = client.job()
    found = []
    for wait in ("15s", "15s", "15s", "15s", "1h"):
        client.upstream.clock.advance(wait)
        answer = client.poll(job)
        found.append((answer.status_code, answer.json().get("progress")))
    assert found == [(200, 25), (200, 50), (404, None), (404, None), (404, None)]


@pytest.mark.veosim(scenario="403-on-valid-job")
def test_403_on_valid_job(client: Client) -> None:
    """The first poll is refused, and the next ones, with the same key, are right."""
    job = job_of_two_seconds(client)
    answer = client.poll(job)
    assert (answer.status_code, answer.json()["status"]) == (403, "error")
    assert_all_well_from_now_on(client, job)


@pytest.mark.veosim(scenario="unknown-status-word")
@pytest.mark.parametrize(
    ("dialect", "word", "running"),
    [
        ("api-video", "hibernating", "processing"),
        ("image-to-video", "HIBERNATING", "PROCESSING"),
        ("generations-seconds", "hibernating", "in_progress"),
        ("generations-metadata", "hibernating", "processing"),
    ],
)
def test_unknown_status_word(client: Client, dialect: str, word: str, running: str) -> None:
    """The first poll has a word of its own, in the dialect's letters; the next one is right."""
    speaker = client.on(dialect)
    job = speaker.job()
    assert speaker.words(job, "2s", "1s") == [word, running]


@pytest.mark.veosim(scenario="status-goes-back")
def test_status_goes_back(client: Client) -> None:
    """A job that ran at 20 s and at 40 s is queued at 50 s without any progress, and has succeeded at 60 s."""
    job = client.job()
    assert client.words(job, "20s", "20s") == ["processing", "processing"]
    client.upstream.clock.advance("10s")
    assert client.poll(job).json() == {"status": "queued", "job_id": job, "progress": 0}
    assert client.words(job, "10s", "1h") == ["success", "success"]


@pytest.mark.veosim(scenario="wrong-types")
def test_wrong_types(client: Client) -> None:
    """The first poll's status and id are numbers, its progress is text; the next ones are right."""
    job = job_of_two_seconds(client)
    assert client.poll(job).json() == {"status": 1, "job_id": 1, "progress": "40"}
    assert_all_well_from_now_on(client, job)


@pytest.mark.veosim(scenario="poll-empty-body")
def test_poll_empty_body(client: Client) -> None:
    """The first answer has no bytes, and the next ones are right."""
    job = job_of_two_seconds(client)
    answer = client.poll(job)
    found = answer.status_code, answer.headers["content-type"], answer.headers["content-length"], answer.content
    assert found == (200, "application/json", "0", b"")
    assert_all_well_from_now_on(client, job)


@pytest.mark.veosim(scenario="poll-wrong-content-type")
def test_poll_wrong_content_type(client: Client) -> None:
    """Only the type of the first answer is wrong, and the next ones are right."""
    job = job_of_two_seconds(client)
    types = []
    for _ in range(2):
        answer = client.poll(job)
        assert answer.json() == at_two_seconds(job)
        types.append(answer.headers["content-type"])
    assert types == ["text/html; charset=utf-8", "application/json"]
    assert_all_well_from_now_on(client, job)


@pytest.mark.veosim(scenario="poll-redirect")
def test_poll_redirect(client: Client) -> None:
    """Who follows the first answer is told 404; the next ones are right."""
    job = job_of_two_seconds(client)
    answer = client.poll(job)
    place = str(httpx2.URL(client.upstream.url).join(answer.headers["location"]))
    assert (answer.status_code, answer.content, client.http.get(place).status_code) == (302, b"", 404)
    assert_all_well_from_now_on(client, job)


@pytest.mark.veosim(scenario="poll-huge-body")
def test_poll_huge_body(client: Client) -> None:
    """The first answer is 8 MiB of valid JSON with the right words in it, and the next ones are right."""
    job = job_of_two_seconds(client)
    answer = client.poll(job)
    data = answer.json()
    assert (answer.status_code, len(answer.content)) == (200, 8 * 1024 * 1024)
    assert {key: data[key] for key in at_two_seconds(job)} == at_two_seconds(job)
    assert_all_well_from_now_on(client, job)


@pytest.mark.veosim(scenario="too-fast-429")
def test_too_fast_429(client: Client) -> None:
    """After 1.999 s a poll comes too soon, after 2 s it does not; other jobs have their own time."""
    job, other = client.job(), client.job(prompt="Another boat")
    assert client.poll(job).status_code == 200
    client.upstream.clock.advance("1999ms")
    early = client.poll(job)
    assert (early.status_code, early.headers["retry-after"]) == (429, "2")
    assert client.poll(other).status_code == 200
    assert client.words(job, "2s", "2s") == ["processing", "success"]


@pytest.mark.veosim(scenario="keep-alive-5s")
def test_keep_alive_5s(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """One connection carries poll after poll, and is closed after 5 s without one; here in a fiftieth of the time."""
    idle: list[float] = []

    def hurried(duration: int) -> float:
        idle.append(duration / SECOND)
        return seconds(duration) / 50

    monkeypatch.setattr(server, "seconds", hurried)
    job = job_of_two_seconds(client)
    with client.polling(job) as pending:
        assert json.loads(pending.answer()[1]) == at_two_seconds(job)
        pending.send("GET", urlsplit(client.url(Kind.POLL, job)).path)
        assert json.loads(pending.answer()[1]) == at_two_seconds(job)
        assert pending.closed()
    assert idle == [5, 5]
