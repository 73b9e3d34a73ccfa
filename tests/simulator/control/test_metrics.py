"""What Prometheus scrapes."""

import asyncio
from contextlib import suppress

import prometheus_client
from prometheus_client.parser import text_string_to_metric_families
from tests.support.control import Desk

from veosim.dialects import DIALECTS
from veosim.inprocess import call
from veosim.job import State

FLAKY = (
    "scenario: flaky\nexchanges: {submit: [{when: {nth: 2}, respond: {status: 503}}, {when: {nth: 3}, break: reset}]}\n"
)


def scraped(desk: Desk) -> dict[tuple[str, ...], float]:
    """The samples that are not zero, by their name and the values of their labels."""
    families = text_string_to_metric_families(desk.ask("GET", "/metrics").data)
    samples = [sample for family in families for sample in family.samples]
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples if sample.value}


def test_everything_is_counted() -> None:
    """Jobs by their state now, exchanges by what became of them, over all namespaces."""
    desk = Desk(FLAKY)
    desk.submit("[[#a]]")
    first = desk.submit()
    desk.advance(2)
    asyncio.run(call(desk.app, "POST", "/api-video/api/video/from-text", {}, b'{"prompt": "a"}'))
    with suppress(ConnectionResetError):
        asyncio.run(call(desk.app, "POST", "/api-video/api/video/from-text", {}, b'{"prompt": "a"}'))
    desk.submit("again")
    desk.poll(first)
    desk.poll("nobody")
    asyncio.run(call(desk.app, "GET", "/nowhere"))
    assert scraped(desk) == {
        ("veosim_jobs", "api-video", "running"): 2,
        ("veosim_jobs", "api-video", "queued"): 1,
        ("veosim_exchanges_total", "api-video", "submit", "2xx"): 3,
        ("veosim_exchanges_total", "api-video", "submit", "5xx"): 1,
        ("veosim_exchanges_total", "api-video", "submit", "none"): 1,
        ("veosim_exchanges_total", "api-video", "poll", "2xx"): 1,
        ("veosim_exchanges_total", "api-video", "poll", "4xx"): 1,
        ("veosim_exchanges_total", "other", "other", "4xx"): 1,
        ("veosim_namespaces",): 2,
        ("veosim_journal_exchanges",): 8,
    }


def test_labels_come_from_tables() -> None:
    """Every dialect and state is there from the beginning, and namespaces are no label."""
    desk = Desk()
    for number in range(50):
        desk.submit(f"[[#run-{number}]]")
    families = list(text_string_to_metric_families(desk.ask("GET", "/metrics").data))
    labels = {name for family in families for sample in family.samples for name in sample.labels}
    jobs = next(family for family in families if family.name == "veosim_jobs")
    assert labels == {"dialect", "state", "kind", "status"}
    assert len(jobs.samples) == len(DIALECTS) * len(State)


def test_what_was_forgotten_stays_counted() -> None:
    """A counter never goes back; what is kept does."""
    desk = Desk()
    desk.submit("[[#a]]")
    desk.ask("DELETE", "/namespaces/a")
    assert scraped(desk) == {("veosim_exchanges_total", "api-video", "submit", "2xx"): 1, ("veosim_namespaces",): 1}


def test_simulators_share_nothing() -> None:
    """Nor do they add to what the process itself may show."""
    one, other = Desk(), Desk()
    before = prometheus_client.generate_latest()
    one.submit()
    assert ("veosim_exchanges_total", "api-video", "submit", "2xx") not in scraped(other)
    assert b"veosim" not in before + prometheus_client.generate_latest()


def test_each_help_is_one_sentence() -> None:
    """Of its own: no two metrics have the same."""
    told = [line.split(" ", 3)[3] for line in Desk().ask("GET", "/metrics").data.splitlines() if "# HELP" in line]
    assert [text for text in told if text.count(".") != 1] == []
    assert len(set(told)) == len(told) == 7
