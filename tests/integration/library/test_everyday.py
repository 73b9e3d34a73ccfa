"""scenarios/everyday: jobs that succeed, sooner or later."""

import pytest
from tests.support.scenes import Client

DONE = {
    "api-video": "success",
    "image-to-video": "SUCCEEDED",
    "generations-seconds": "succeeded",
    "generations-metadata": "succeeded",
}


@pytest.mark.veosim(scenario="instant")
@pytest.mark.parametrize("dialect", DONE)
def test_instant(client: Client, dialect: str) -> None:
    """The first poll, with no time gone by, finds a success."""
    speaker = client.on(dialect)
    job = speaker.job()
    assert (speaker.word(job), "http://" in speaker.poll(job).text) == (DONE[dialect], True)


@pytest.mark.veosim(scenario="realistic")
def test_realistic(client: Client) -> None:
    """The quickest kind of job is done between one and three minutes, the slowest between two and five."""
    orders = [("512P", "4s"), ("1080P", "4s"), ("512P", "8s"), ("1080P", "8s")]
    jobs = {
        order: [client.job(prompt=f"Boat {number}", resolution=order[0], duration=order[1]) for number in range(20)]
        for order in orders
    }
    found, now = {}, 0
    for instant in (59, 71, 91, 121, 180, 220, 260, 300):
        client.upstream.clock.advance(f"{instant - now}s")
        found[now := instant] = [sum("video_url" in client.poll(job).json() for job in jobs[order]) for order in orders]
    assert found[59] == [0, 0, 0, 0]
    assert found[71][1:] == [0, 0, 0]
    assert found[91][2:] == [0, 0]
    assert found[121][3:] == [0]
    assert all(0 < done < 20 for done in (found[121][0], found[180][1], found[180][2], found[220][3]))
    assert found[180][:1] == [20]
    assert found[220][:2] == [20, 20]
    assert found[260][:3] == [20, 20, 20]
    assert found[300] == [20, 20, 20, 20]


@pytest.mark.veosim(scenario="slow")
def test_slow(client: Client) -> None:
    """Every job still runs after 479 s, some have succeeded after 520 s, and all after 595 s."""
    jobs = [client.job(prompt=f"Boat {number}") for number in range(20)]
    client.upstream.clock.advance("479s")
    assert {client.word(job) for job in jobs} == {"processing"}
    client.upstream.clock.advance("41s")
    assert {client.word(job) for job in jobs} == {"processing", "success"}
    client.upstream.clock.advance("75s")
    assert {client.word(job) for job in jobs} == {"success"}


@pytest.mark.veosim(scenario="fast-model")
@pytest.mark.parametrize(
    ("dialect", "fast", "other"),
    [
        ("api-video", {"model": "veo fast (Audio)"}, {"model": "veo (Audio)"}),
        ("generations-seconds", {"model": "veo-3.0-fast-generate-001"}, {"model": "veo-3.0-generate-001"}),
        (
            "generations-seconds",
            {"model": "veo-3.1-fast-generate-preview", "seconds": "8"},
            {"model": "veo-3.1-generate-preview", "seconds": "8"},
        ),
        ("generations-metadata", {"model": "veo-3.0-fast-generate-001"}, {"model": "veo-3.0-generate-001"}),
    ],
)
def test_fast_model(client: Client, dialect: str, fast: dict[str, object], other: dict[str, object]) -> None:
    """The fast model is done after 30 s to the millisecond, the other one after 120 s."""
    speaker = client.on(dialect)
    quick, usual = speaker.job(**fast), speaker.job(**other)
    found = []
    for wait in ("29999ms", "1ms", "89999ms", "1ms"):
        client.upstream.clock.advance(wait)
        found.append([speaker.word(job) == DONE[dialect] for job in (quick, usual)])
    assert found == [[False, False], [True, False], [True, False], [True, True]]


@pytest.mark.veosim(scenario="queueing")
def test_queueing(client: Client) -> None:
    """Of five jobs two run at a time, a minute each; the others are queued, and start in the order of their submits."""
    jobs = [client.job(prompt=f"Boat {number}") for number in range(5)]
    found = []
    for wait in ("1s", "60s", "60s", "60s"):
        client.upstream.clock.advance(wait)
        found.append([client.word(job) for job in jobs])
    run, wait, done = "processing", "queued", "success"
    assert found == [
        [run, run, wait, wait, wait],
        [done, done, run, run, wait],
        [done, done, done, done, run],
        [done, done, done, done, done],
    ]


@pytest.mark.veosim(scenario="load-dependent")
def test_load_dependent(client: Client) -> None:
    """Of twelve jobs four run at once, so that at most eight are done when each alone would be nearly done."""
    jobs = [client.job(prompt=f"Boat {number}") for number in range(12)]
    client.upstream.clock.advance("59s")
    assert [client.word(job) for job in jobs] == ["processing"] * 4 + ["queued"] * 8
    client.upstream.clock.advance("152s")
    assert 0 < sum(client.word(job) == "success" for job in jobs) <= 8
    client.upstream.clock.advance("10m")
    assert {client.word(job) for job in jobs} == {"success"}


@pytest.mark.veosim(scenario="load-dependent")
def test_load_dependent_refuses(client: Client) -> None:
    """A 13th job is refused, and taken on as soon as Retry-After has passed, which is no second too long."""
    for number in range(12):
        client.job(prompt=f"Boat {number}")
    refused = client.submit()
    wait = int(refused.headers["retry-after"])
    assert (refused.status_code, client.jobs) == (429, 12)
    client.upstream.clock.advance(f"{wait - 1}s")
    assert (client.submit().status_code, client.jobs) == (429, 12)
    client.upstream.clock.advance("1s")
    assert (client.submit().status_code, client.jobs) == (200, 13)
