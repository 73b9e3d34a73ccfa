"""scenarios/submit-faults: what can go wrong while a job is asked for, and whether there is a job afterwards."""

import json

import httpx2
import pytest
from tests.support.scenes import Client

from veosim.dialects import DIALECTS
from veosim.spoils.huge_body import SIZE

QUEUED = {"status": "queued"}


def only_job(client: Client) -> str:
    """The id of the one job that the upstream has, though nobody may have been told."""
    (job,) = client.upstream.jobs
    return job.id


@pytest.mark.veosim(scenario="submit-400")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_submit_400(client: Client, dialect: str) -> None:
    """Two submits in a row are refused, in the dialect's own error, and there is no job."""
    answers = [client.on(dialect).submit() for _ in range(2)]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert "The scenario answers 400." in answers[0].text
    assert client.jobs == 0


@pytest.mark.veosim(scenario="submit-401")
def test_submit_401(client: Client) -> None:
    """Two submits in a row are refused, and there is no job."""
    answers = [client.submit() for _ in range(2)]
    assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [(401, "error")] * 2
    assert client.jobs == 0


@pytest.mark.veosim(scenario="429-with-retry-after")
def test_429_with_retry_after(client: Client) -> None:
    """The first is refused and told to wait for 10 s, the second one is taken on."""
    first, second = client.submit(), client.submit()
    assert (first.status_code, first.headers["retry-after"], first.json()["status"]) == (429, "10", "error")
    assert (second.status_code, client.jobs) == (200, 1)


@pytest.mark.veosim(scenario="429-without")
def test_429_without(client: Client) -> None:
    """The first is refused without a word about when to come again, the second one is taken on."""
    first, second = client.submit(), client.submit()
    assert (first.status_code, "retry-after" in first.headers, first.json()["status"]) == (429, False, "error")
    assert (second.status_code, client.jobs) == (200, 1)


@pytest.mark.veosim(scenario="500-then-ok")
def test_500_then_ok(client: Client) -> None:
    """The first fails and leaves no job, the second one creates the only one."""
    first, second = client.submit(), client.submit()
    assert (first.status_code, first.json()["status"]) == (500, "error")
    assert (second.status_code, second.json()["job_id"]) == (200, only_job(client))


@pytest.mark.veosim(scenario="502-after-accept")
def test_502_after_accept(client: Client) -> None:
    """The answer is a 502 that names no job, though there is one; whoever submits again has two."""
    first = client.submit()
    job = only_job(client)
    assert (first.status_code, first.json()["status"], job in first.text) == (502, "error", False)
    assert client.words(job, "5s") == ["success"]
    assert (client.submit().status_code, client.jobs) == (200, 2)


@pytest.mark.veosim(scenario="hang-after-accept")
def test_hang_after_accept(client: Client) -> None:
    """An hour later nothing has been answered, the connection is open, and the job has long succeeded."""
    with client.submitting() as pending:
        client.upstream.clock.advance("1h")
        assert pending.so_far() == b""
        assert client.word(only_job(client)) == "success"


@pytest.mark.veosim(scenario="reset-after-accept")
def test_reset_after_accept(client: Client) -> None:
    """The connection is reset, though there is a job; the second submit is answered."""
    with client.submitting() as pending, pytest.raises(ConnectionResetError):
        pending.answer()
    assert client.words(only_job(client), "5s") == ["success"]
    assert (client.submit().status_code, client.jobs) == (200, 2)


@pytest.mark.veosim(scenario="never-answers")
def test_never_answers(client: Client) -> None:
    """An hour later nothing has been answered, the connection is open, and there is no job."""
    with client.submitting() as pending:
        client.upstream.clock.advance("1h")
        assert (pending.so_far(), client.jobs) == (b"", 0)


@pytest.mark.veosim(scenario="no-job-id")
@pytest.mark.parametrize(
    ("dialect", "keys"),
    [
        ("api-video", ["status"]),
        ("image-to-video", ["code", "msg", "data"]),
        ("generations-seconds", ["object", "model", "status", "progress", "created_at"]),
        ("generations-metadata", []),
    ],
)
def test_no_job_id(client: Client, dialect: str, keys: list[str]) -> None:
    """The answer is a 200 with everything but the id; there is a job, and it can be polled."""
    speaker = client.on(dialect)
    answer = speaker.submit()
    job = only_job(client)
    assert (answer.status_code, list(answer.json()), job in answer.text) == (200, keys, False)
    assert speaker.poll(job).status_code == 200


@pytest.mark.veosim(scenario="html-error-page")
def test_html_error_page(client: Client) -> None:
    """The answer is a page for people, and there is no job."""
    answer = client.submit()
    found = answer.status_code, answer.headers["content-type"], answer.text
    assert found == (502, "text/html", "<html><h1>502 Bad Gateway</h1></html>")
    assert client.jobs == 0


@pytest.mark.veosim(scenario="bad-json")
def test_bad_json(client: Client) -> None:
    """Only the last brace is missing, and there is a job."""
    answer = client.submit()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert json.loads(answer.text + "}") == {**QUEUED, "job_id": only_job(client)}


@pytest.mark.veosim(scenario="submit-empty-body")
def test_submit_empty_body(client: Client) -> None:
    """The status and the type are right, the body has no bytes, and there is a job."""
    answer = client.submit()
    found = answer.status_code, answer.headers["content-type"], answer.headers["content-length"], answer.content
    assert found == (200, "application/json", "0", b"")
    assert client.words(only_job(client), "5s") == ["success"]


@pytest.mark.veosim(scenario="submit-wrong-content-type")
def test_submit_wrong_content_type(client: Client) -> None:
    """Only the type is wrong, and there is a job."""
    answer = client.submit()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.json() == {**QUEUED, "job_id": only_job(client)}


@pytest.mark.veosim(scenario="submit-redirect")
def test_submit_redirect(client: Client) -> None:
    """Who follows the redirect is answered 404, though there is a job."""
    answer = client.submit()
    place = str(httpx2.URL(client.upstream.url).join(answer.headers["location"]))
    assert (answer.status_code, answer.content, client.http.get(place).status_code) == (302, b"", 404)
    assert client.words(only_job(client), "5s") == ["success"]


@pytest.mark.veosim(scenario="submit-huge-body")
def test_submit_huge_body(client: Client) -> None:
    """8 MiB of valid JSON hold the right answer, and there is a job."""
    answer = client.submit()
    data = answer.json()
    assert (answer.status_code, len(answer.content), SIZE) == (200, 8 * 1024 * 1024, 8 * 1024 * 1024)
    assert (data["status"], data["job_id"]) == ("queued", only_job(client))
