"""scenarios/job-failures: jobs that are taken on and bring no video, or another than was asked for."""

import pytest
from tests.support.films import film
from tests.support.scenes import Client


@pytest.mark.veosim(scenario="fails-at-95-percent")
def test_fails_at_95_percent(client: Client) -> None:
    """Progress grows to just below 95, and at 100 s the job has failed."""
    job, other = client.job(), client.on("generations-seconds")
    task = other.job()
    found = []
    for wait in ("50s", "49999ms", "1ms"):
        client.upstream.clock.advance(wait)
        found.append(client.poll(job).json())
    assert found == [
        {"status": "processing", "job_id": job, "progress": 47},
        {"status": "processing", "job_id": job, "progress": 94},
        {"status": "error", "message": "The generation failed.", "code": "generation_failed"},
    ]
    ended = other.poll(task).json()
    assert (ended["status"], ended["progress"]) == ("failed", 95)


@pytest.mark.veosim(scenario="moderated")
def test_moderated(client: Client) -> None:
    """A prompt with the word is refused after 12 s; another job has long succeeded by then."""
    refused, fine = client.job(prompt="A forbidden dance"), client.job()
    assert client.words(refused, "11999ms", "1ms") == ["processing", "error"]
    assert client.poll(refused).json() == {
        "status": "error",
        "message": "The prompt was refused.",
        "code": "content_filtered",
    }
    assert "video_url" in client.poll(fine).json()


@pytest.mark.veosim(scenario="filtered")
@pytest.mark.parametrize(
    ("dialect", "running", "words"),
    [
        ("api-video", "processing", {"status": "error", "message": "TEXT", "code": "content_filtered"}),
        ("image-to-video", "PROCESSING", {"status": "FAILED", "error_message": "TEXT", "video_url": ""}),
        (
            "generations-seconds",
            "in_progress",
            {"status": "failed", "error": {"code": "content_filtered", "message": "TEXT"}},
        ),
        ("generations-metadata", "processing", {"status": "failed", "url": "TEXT", "error": None}),
    ],
)
def test_filtered(client: Client, dialect: str, running: str, words: dict[str, object]) -> None:
    """Until 20 s the job runs, then each wire says in its own way that the safety filter refused."""
    speaker = client.on(dialect)
    job = speaker.job()
    assert speaker.words(job, "19999ms") == [running]
    client.upstream.clock.advance("1ms")
    data = speaker.poll(job).json()
    found = data.get("data", data)
    text = repr({key: found[key] for key in words}).replace("The safety filter refused the request.", "TEXT")
    assert text == repr(words)


@pytest.mark.veosim(scenario="partly-filtered")
def test_partly_filtered(client: Client) -> None:
    """Three videos are asked for, the task succeeds, and two can be downloaded; an only video always passes."""
    speaker = client.on("generations-metadata")
    three, one = speaker.job(metadata={"sampleCount": 3, "durationSeconds": 4}), speaker.job()
    assert speaker.words(three, "5s") == ["succeeded"]
    base = client.upstream.url_for("generations-metadata")
    files = ("video.mp4", "video-2.mp4", "video-3.mp4")
    assert [client.http.get(f"{base}/media/{three}/{file}").status_code for file in files] == [200, 200, 404]
    assert client.http.get(speaker.poll(one).json()["data"]["url"]).content == film(
        one, 8, dialect="generations-metadata", resolution="720p"
    )


@pytest.mark.veosim(scenario="empty-success")
@pytest.mark.parametrize(
    ("dialect", "words"),
    [
        ("api-video", {"status": "success"}),
        ("image-to-video", {"status": "SUCCEEDED", "video_url": "", "thumbnail_url": "", "error_message": ""}),
        ("generations-seconds", {"status": "succeeded", "progress": 100}),
        ("generations-metadata", {"status": "succeeded", "url": "", "bytes_base64_encoded": "", "error": None}),
    ],
)
def test_empty_success(client: Client, dialect: str, words: dict[str, object]) -> None:
    """The job succeeds after 5 s, nothing that the answer says is a video, and nothing can be downloaded."""
    speaker = client.on(dialect)
    job = speaker.job()
    client.upstream.clock.advance("5s")
    answer = speaker.poll(job)
    found = answer.json().get("data", answer.json())
    assert {key: found[key] for key in words} == words
    assert "http" not in answer.text
    assert client.http.get(f"{client.upstream.url_for(dialect)}/media/{job}/video.mp4").status_code == 404


@pytest.mark.veosim(scenario="success-without-url")
def test_success_without_url(client: Client) -> None:
    """Polls of a running job are right, those of a success lack only the key of the URL, and the video is there."""
    job = client.job()
    client.upstream.clock.advance("4s")
    assert client.poll(job).json() == {"status": "processing", "job_id": job, "progress": 80}
    client.upstream.clock.advance("1s")
    assert client.poll(job).json() == {
        "status": "success",
        "duration_seconds": 4.0,
        "model": "veo (Audio)",
        "resolution": "1080P",
        "aspect_ratio": "16:9",
    }
    assert client.http.get(f"{client.upstream.url_for('api-video')}/media/{job}/video.mp4").content == film(job, 4)


@pytest.mark.veosim(scenario="stuck")
def test_stuck(client: Client) -> None:
    """The job is processing after seconds, after hours and after days."""
    assert client.words(client.job(), "2s", "1h", "48h") == ["processing"] * 3


@pytest.mark.veosim(scenario="cancelled")
def test_cancelled(client: Client) -> None:
    """At 30 s the job is cancelled, and where the wire has a word for it, refunded."""
    job, other = client.job(), client.on("generations-seconds")
    task = other.job()
    assert client.words(job, "29999ms", "1ms") == ["processing", "error"]
    assert client.poll(job).json() == {"status": "error", "message": "The job was cancelled.", "code": "cancelled"}
    ended = other.poll(task).json()
    assert (ended["status"], ended["credits_refunded"]) == ("cancelled", True)


@pytest.mark.veosim(scenario="off-peak-48h")
def test_off_peak_48h(client: Client) -> None:
    """An off-peak task ends at 48 h, cancelled and refunded; another one goes on; other wires are refused."""
    speaker = client.on("generations-seconds")
    off_peak, other = speaker.job(off_peak=True), speaker.job()
    assert speaker.words(off_peak, "1h", "46h", "3599999ms") == ["in_progress"] * 3
    assert speaker.words(other, "1ms") == ["in_progress"]
    ended = speaker.poll(off_peak).json()
    assert (ended["status"], ended["credits_refunded"]) == ("cancelled", True)
    refused = client.submit()
    text = "The scenario 'off-peak-48h' is for generations-seconds, not for api-video."
    assert (refused.status_code, refused.json()["message"]) == (400, text)


@pytest.mark.veosim(scenario="error-envelope-with-200")
@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        ("api-video", {"status": "error", "message": "TEXT"}),
        ("image-to-video", {"code": 200, "msg": "TEXT", "data": None}),
        ("generations-seconds", {"error": {"code": "upstream_error", "message": "TEXT"}}),
        ("generations-metadata", {"code": "upstream_error", "message": "TEXT", "data": None}),
    ],
)
def test_error_envelope_with_200(client: Client, dialect: str, body: dict[str, object]) -> None:
    """The status is 200, the body is an error, no id is told, and no job exists."""
    answer = client.on(dialect).submit()
    said = repr(answer.json()).replace("The scenario answers 200.", "TEXT")
    assert (answer.status_code, said, client.jobs) == (200, repr(body), 0)


@pytest.mark.veosim(scenario="error-in-url")
def test_error_in_url(client: Client) -> None:
    """At 20 s the envelope says success, the task says failed, and the URL is a sentence."""
    speaker = client.on("generations-metadata")
    job = speaker.job()
    assert speaker.words(job, "19999ms", "1ms") == ["processing", "failed"]
    assert speaker.poll(job).json() == {
        "code": "success",
        "message": "",
        "data": {
            "bytes_base64_encoded": "",
            "error": None,
            "format": "mp4",
            "metadata": None,
            "status": "failed",
            "task_id": job,
            "url": "Could not generate the video: the reference images do not fit together.",
        },
    }


@pytest.mark.veosim(scenario="wrong-duration-delivered")
@pytest.mark.parametrize("asked", ["4s", "8s"])
def test_wrong_duration_delivered(client: Client, asked: str) -> None:
    """Whatever was asked for, the answer says 10 s, and the video is one of 10 s."""
    job = client.job(duration=asked)
    client.upstream.clock.advance("5s")
    result = client.poll(job).json()
    assert (result["status"], result["duration_seconds"]) == ("success", 10.0)
    assert client.http.get(result["video_url"]).content == film(job, 10)
