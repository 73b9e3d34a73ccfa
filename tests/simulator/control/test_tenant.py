"""The operations on one namespace."""

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest
from tests.support.control import Answer, Desk

from veosim.control import tenant
from veosim.control.settings import Settings
from veosim.inprocess import call

PLAN = "scenario: planned\njobs:\n  - when: {prompt: '*bad*'}\n    outcome: fail\n  - {queue: 2s, run: 8s}\n"


def numbers(answer: Answer) -> list[int]:
    """Of the exchanges in an answer."""
    return [each["number"] for each in answer.data["exchanges"]]


def codes(answer: Answer) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status, answer.code


class TestPlay:
    def test_by_name_for_a_time(self) -> None:
        """Jobs that come meanwhile follow it; then the server's own is played again."""
        desk = Desk()
        desk.advance(1)
        played = desk.ask("POST", "/namespaces/default/scenario", {"name": "stuck", "lasting": "10s"})
        assert (played.status, played.data["scenario"], played.data["until"]) == (200, "stuck", 11.0)
        stuck = desk.submit()
        desk.advance(10)
        assert desk.ask("GET", "/namespaces").data["namespaces"][0]["until"] is None
        fine = desk.submit()
        desk.advance(1_000)
        assert (desk.poll(stuck), desk.poll(fine)) == ("processing", "success")

    @pytest.mark.parametrize(
        "scenario", [{"scenario": "own", "jobs": [{"outcome": "stuck"}]}, "scenario: own\njobs: [{outcome: stuck}]\n"]
    )
    def test_as_it_stands(self, scenario: object) -> None:
        """As a mapping or as YAML text; the namespace is made by it, and no other one hears of it."""
        desk = Desk()
        played = desk.ask("POST", "/namespaces/run-7/scenario", {"scenario": scenario})
        assert (played.data["name"], played.data["scenario"], played.data["until"]) == ("run-7", "own", None)
        assert [each["scenario"] for each in desk.ask("GET", "/namespaces").data["namespaces"]] == ["plain", "own"]

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({}, "body:1:1: say either `name` or `scenario`"),
            ({"name": "stuck", "scenario": "scenario: a\n"}, "body:1:31: scenario: say either `name` or `scenario`"),
            ({"name": "stuck", "lasting": "0s"}, "body:1:30: lasting: found 0s; a scenario lasts longer than that"),
            (
                {"scenario": "stuck"},
                'body:1:14: scenario: found \'stuck\', which is only a name; say {"name": "stuck"} for the scenario',
            ),
            ({"scenario": {"scenario": "a", "jbs": []}}, "body.scenario:1:32: jbs: unknown key 'jbs'; allowed: "),
            ({"scenario": "scenario: a\njbs: []\n"}, "body.scenario:2:1: jbs: unknown key 'jbs'; allowed: "),
            ({"scenario": "scenario: a\nextends: ./x.yaml\n"}, "body.scenario:2:10: extends: found './x.yaml'"),
        ],
    )
    def test_mistakes(self, body: object, message: str) -> None:
        """Each at its place, in the body or in the scenario inside it."""
        answer = Desk().ask("POST", "/namespaces/default/scenario", body)
        assert codes(answer) == (400, "bad_body")
        assert answer.message.startswith(message)

    def test_an_unknown_name(self) -> None:
        """With those there are, and the nearest; no namespace is made for it."""
        desk = Desk()
        answer = desk.ask("POST", "/namespaces/a/scenario", {"name": "stuk"})
        assert codes(answer) == (404, "no_scenario")
        assert answer.message == "no scenario is called 'stuk'; did you mean 'stuck'?"
        assert answer.data["error"]["allowed"] == desk.simulator.steering.library.names
        assert desk.simulator.tenants.names == ["default"]


class TestReset:
    def test_it_is_as_new_and_alone_so(self) -> None:
        """No jobs, no journal, the first scenario; the clock and the other namespaces go on."""
        desk = Desk()
        for name in ("a", "b"):
            desk.ask("POST", f"/namespaces/{name}/scenario", {"name": "stuck"})
        mine, theirs = desk.submit("[[#a]]"), desk.submit("[[#b]]")
        desk.advance(3)
        record = desk.ask("POST", "/namespaces/a/reset").data
        assert (record["scenario"], record["jobs"], record["exchanges"]) == ("plain", 0, 0)
        assert (desk.poll(mine), desk.poll(theirs)) == ("error", "processing")
        assert desk.simulator.clock.now() == 3_000_000_000

    def test_one_that_is_not_there_is_made(self) -> None:
        """A test may begin with it."""
        assert Desk().ask("POST", "/namespaces/a/reset").status == 200


class TestForget:
    def test_it_is_gone(self) -> None:
        """With its jobs, which nobody knows any more."""
        desk = Desk()
        job_id = desk.submit("[[#a]]")
        assert desk.ask("DELETE", "/namespaces/a") == Answer(204, None)
        assert desk.simulator.tenants.names == ["default"]
        assert desk.poll(job_id) == "error"
        assert codes(desk.ask("DELETE", "/namespaces/a")) == (404, "no_namespace")

    def test_the_default_one_stays(self) -> None:
        """It is always there."""
        assert codes(Desk().ask("DELETE", "/namespaces/default")) == (409, "default_namespace")


class TestJobs:
    def test_a_job_with_its_plan(self) -> None:
        """Everything about it, as it stands now."""
        desk = Desk(PLAN)
        desk.advance(1)
        job_id = desk.submit("a kite", duration="8s")
        desk.advance(4)
        desk.poll(job_id)
        expected = {
            "id": job_id,
            "namespace": "default",
            "dialect": "api-video",
            "state": "running",
            "progress": 40,
            "submitted_at": 1.0,
            "polls": 1,
            "marker": None,
            "asked_for": None,
            "request": {
                "operation": "from-text",
                "prompt": "a kite",
                "model": "veo (Audio)",
                "duration_s": 8.0,
                "resolution": "1080P",
                "aspect_ratio": "16:9",
                "videos": 1,
                "callback_url": None,
            },
            "plan": {
                "outcome": "succeed",
                "queue": 2.0,
                "run": 8.0,
                "ends_at": 11.0,
                "error": None,
                "result": {
                    "duration_s": 8.0,
                    "size": "1920x1080",
                    "audio": "silence",
                    "weight": 0,
                    "file": None,
                    "videos": 1,
                    "expires_at": None,
                },
            },
        }
        assert desk.ask("GET", f"/namespaces/default/jobs/{job_id}") == Answer(200, expected)
        assert desk.ask("GET", "/namespaces/default/jobs") == Answer(200, {"jobs": [expected], "next": None})

    def test_null_stands_for_never(self) -> None:
        """A job that is stuck has no run and no end."""
        desk = Desk("scenario: s\njobs: [{outcome: stuck, queue: 3s}]\n")
        plan = desk.ask("GET", f"/namespaces/default/jobs/{desk.submit()}").data["plan"]
        nothing = dict.fromkeys(["run", "ends_at", "error", "result"])
        assert plan == {"outcome": "stuck", "queue": 3.0, **nothing}

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", [0, 1, 2]),
            ("state=failed", [1]),
            ("state=succeeded", [0]),
            ("state=queued", [2]),
            ("state=running", []),
            ("dialect=api-video", [0, 1, 2]),
            ("dialect=image-to-video", []),
            ("marker=mk-none", []),
        ],
    )
    def test_filters(self, query: str, found: list[int]) -> None:
        """Each matches exactly; the state is that of now."""
        desk = Desk(PLAN)
        ids = [desk.submit("good"), desk.submit("bad")]
        desk.advance(60)
        ids.append(desk.submit("later"))
        answer = desk.ask("GET", f"/namespaces/default/jobs?{query}")
        assert [job["id"] for job in answer.data["jobs"]] == [ids[index] for index in found]

    def test_pages(self) -> None:
        """Each says what the next one begins after; a filter goes on over the pages."""
        desk = Desk(PLAN)
        ids = [desk.submit(f"good {number}") for number in range(5)]
        pages: list[list[str]] = []
        after: str | None = ""
        while after is not None:
            data = desk.ask("GET", f"/namespaces/default/jobs?limit=2{after and '&after=' + after}").data
            pages.append([job["id"] for job in data["jobs"]])
            after = data["next"]
        assert pages == [ids[:2], ids[2:4], ids[4:]]

    def test_ids_that_nobody_has(self) -> None:
        """A job of another namespace is shown nowhere else; the answer says whose it is."""
        desk = Desk()
        job_id = desk.submit("[[#a]]")
        elsewhere = desk.ask("GET", f"/namespaces/default/jobs/{job_id}")
        message = f"no job in the namespace 'default' has the id '{job_id}'; it belongs to the namespace 'a'"
        assert (codes(elsewhere), elsewhere.message) == ((404, "no_job"), message)
        assert codes(desk.ask("GET", "/namespaces/default/jobs?after=none")) == (404, "no_job")


class TestForce:
    def test_a_job_ends_at_once(self) -> None:
        """With the error that is asked for; what is left out follows the outcome."""
        desk = Desk(PLAN)
        job_id = desk.submit()
        desk.advance(5)
        path = f"/namespaces/default/jobs/{job_id}/force"
        forced = desk.ask("POST", path, {"outcome": "fail", "error": {"code": "gpu_lost"}}).data
        assert (forced["state"], forced["plan"]) == (
            "failed",
            {
                "outcome": "fail",
                "queue": 0.0,
                "run": 5.0,
                "ends_at": 5.0,
                "error": {"code": "gpu_lost", "message": "The generation failed."},
                "result": None,
            },
        )
        again = desk.ask("POST", path, {"outcome": "succeed"})
        assert (codes(again), again.message) == ((409, "job_ended"), "the job is failed already, which is an end")

    def test_a_success_has_no_error(self) -> None:
        """Which outcomes have one is said."""
        desk = Desk()
        path = f"/namespaces/default/jobs/{desk.submit()}/force"
        answer = desk.ask("POST", path, {"outcome": "succeed", "error": {"code": "x"}})
        assert (codes(answer), answer.data["error"]["allowed"]) == ((400, "bad_body"), ["fail", "filtered", "cancel"])

    def test_only_in_its_own_namespace(self) -> None:
        """Whoever has another namespace cannot end it."""
        desk = Desk()
        job_id = desk.submit("[[#a]]")
        answer = desk.ask("POST", f"/namespaces/default/jobs/{job_id}/force", {"outcome": "fail"})
        assert codes(answer) == (404, "no_job")


class TestJournal:
    def test_an_exchange(self) -> None:
        """Both sides of it, bodies as text."""
        desk = Desk()
        job_id = desk.submit()
        desk.advance(2)
        desk.poll(job_id)
        path = f"/api-video/api/video/status/{job_id}"
        (poll,) = desk.ask("GET", "/namespaces/default/journal?kind=poll").data["exchanges"]
        assert poll == {
            "number": 2,
            "namespace": "default",
            "at": 2.0,
            "answered_at": 2.0,
            "kind": "poll",
            "dialect": "api-video",
            "operation": "status",
            "method": "GET",
            "path": path,
            "key": "",
            "status": 200,
            "job_id": job_id,
            "marker": None,
            "created": False,
            "unknown_job": False,
            "fault": "",
            "note": "",
            "headers": {},
            "sent_headers": {},
            "request": None,
            "answer": poll["answer"],
        }
        assert json.loads(poll["answer"]["text"])["status"] == "processing"

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", [1, 2, 3, 4]),
            ("kind=submit", [1, 3]),
            ("operation=status", [2, 4]),
            ("status=404", [4]),
            ("dialect=api-video", [1, 2, 3, 4]),
            ("dialect=image-to-video", []),
            ("kind=&dialect=", []),
            ("created=true", [1, 3]),
            ("created=false", [2, 4]),
            ("since=2", [3, 4]),
            ("since=1&kind=poll", [2, 4]),
            ("limit=3", [1, 2, 3]),
            ("job_id=nobody", [4]),
        ],
    )
    def test_filters(self, query: str, found: list[int]) -> None:
        """Each matches exactly, `since` is a number to be above."""
        desk = Desk()
        desk.poll(desk.submit())
        desk.submit()
        desk.poll("nobody")
        answer = desk.ask("GET", f"/namespaces/default/journal?{query}")
        assert numbers(answer) == found
        assert (answer.data["count"], answer.data["next"]) == (4, 3 if query == "limit=3" else None)

    def test_bodies_are_left_out(self) -> None:
        """As if there were no such members."""
        desk = Desk()
        desk.submit()
        (exchange,) = desk.ask("GET", "/namespaces/default/journal?bodies=false").data["exchanges"]
        assert {"request", "answer"} & set(exchange) == set()

    def test_large_bodies_end_a_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """One exchange at least is on each; without bodies they are no reason."""
        monkeypatch.setattr(tenant, "BODIES_AT_ONCE", 250)
        desk = Desk()
        for _ in range(3):
            desk.submit("x" * 200)
        first = desk.ask("GET", "/namespaces/default/journal")
        second = desk.ask("GET", f"/namespaces/default/journal?since={first.data['next']}&limit=1")
        assert (numbers(first), first.data["next"], numbers(second)) == ([1], 1, [2])
        assert numbers(desk.ask("GET", "/namespaces/default/journal?bodies=false")) == [1, 2, 3]

    def test_other_bodies_are_base64(self) -> None:
        """What is no UTF-8, such as a video, or nonsense that was sent."""
        desk = Desk()
        asyncio.run(call(desk.app, "POST", "/api-video/api/video/from-text", {}, b"\xff\x00"))
        (exchange,) = desk.ask("GET", "/namespaces/default/journal").data["exchanges"]
        assert exchange["request"] == {"base64": "/wA="}

    def test_what_is_asked_here_is_in_no_journal(self) -> None:
        """Neither what is answered nor what is refused."""
        desk = Desk()
        desk.ask("GET", "/namespaces")
        desk.ask("GET", "/namespaces/none/jobs")
        asyncio.run(call(desk.app, "GET", "/_veosim/none"))
        asyncio.run(call(desk.app, "GET", "/_veosim/"))
        assert (list(desk.simulator.journal), desk.simulator.journal.count) == ([], 0)


class TestWait:
    def test_it_ends_with_the_last_that_was_waited_for(self) -> None:
        """The wait may begin before the namespace is there."""

        async def run(desk: Desk) -> Answer:
            body = {"count": 2, "kind": "submit", "within": "60s", "bodies": False}
            waiting = asyncio.create_task(desk.asked("POST", "/namespaces/a/journal/wait", body))
            for prompt in ("[[#a]]", "[[#b]]", "[[#a]]"):
                await asyncio.sleep(0)
                assert not waiting.done()
                await desk.submitted(prompt)
            return await waiting

        assert numbers(asyncio.run(run(Desk()))) == [1, 2]

    def test_in_vain(self) -> None:
        """408, what was waited for in words, and what there is."""
        desk = Desk()
        desk.submit()
        body = {"count": 2, "within": "10ms", "kind": "submit", "created": True}
        answer = desk.ask("POST", "/namespaces/default/journal/wait", body)
        words = "waited 0.01 s for 2 exchanges with kind submit, created True; the journal has 1 exchange"
        assert (codes(answer), answer.message, numbers(answer)) == ((408, "waited_in_vain"), words, [1])

    def test_all_that_were_waited_for_are_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Bodies that have no room are left out and marked, whether the wait was in vain or not."""
        monkeypatch.setattr(tenant, "BODIES_AT_ONCE", 250)
        desk = Desk()
        for _ in range(3):
            desk.submit("x" * 200)
        for count, status in ((3, 200), (4, 408)):
            answer = desk.ask("POST", "/namespaces/default/journal/wait", {"count": count, "within": "1ms"})
            shown = [
                (each["number"], each["request"] is None, each.get("bodies_left_out"))
                for each in answer.data["exchanges"]
            ]
            assert (answer.status, shown) == (status, [(1, False, None), (2, True, True), (3, True, True)])

    def test_it_ends_with_its_namespace(self) -> None:
        """At once, with a 404; waits elsewhere go on."""

        async def run(desk: Desk) -> tuple[Answer, bool]:
            waits = [
                asyncio.create_task(desk.asked("POST", f"/namespaces/{name}/journal/wait", {"within": "60s"}))
                for name in ("a", "b")
            ]
            await asyncio.sleep(0)
            assert (await desk.asked("DELETE", "/namespaces/a")).status == 204
            async with asyncio.timeout(10):
                ended = await waits[0]
            is_going_on = not waits[1].done()
            waits[1].cancel()
            return ended, is_going_on

        ended, is_going_on = asyncio.run(run(Desk()))
        message = "the namespace 'a' was deleted while its exchanges were waited for"
        assert (codes(ended), ended.message, is_going_on) == ((404, "no_namespace"), message, True)

    def test_words_that_nothing_has(self) -> None:
        """Refused at once, not waited for."""
        answer = Desk().ask("POST", "/namespaces/default/journal/wait", {"kind": "pol", "within": "300s"})
        words = (
            "body:1:10: kind: found 'pol'; allowed: submit, poll, cancel, content, callback, or empty where no "
            "operation matched; did you mean 'poll'?"
        )
        assert (codes(answer), answer.message) == ((400, "bad_body"), words)

    def test_not_for_ever(self) -> None:
        """Five minutes at most."""
        answer = Desk().ask("POST", "/namespaces/default/journal/wait", {"within": "301s"})
        assert answer.message == "body:1:12: within: found more than 300s; wait again instead"


class TestCost:
    def test_seconds_and_money(self) -> None:
        """What all jobs asked for, and what those delivered that succeeded, as exact decimal numbers."""
        desk = Desk(PLAN, settings=Settings(price_per_second=Decimal("0.0125")))
        for prompt, duration in (("good", "8s"), ("bad", "4s")):
            desk.submit(prompt, duration=duration)
        before = desk.ask("GET", "/namespaces/default/cost").data
        desk.advance(60)
        after = desk.ask("GET", "/namespaces/default/cost").data
        asked = {"seconds": "12", "cost": "0.15"}
        nothing, one = {"seconds": "0", "cost": "0.00"}, {"seconds": "8", "cost": "0.10"}
        assert before == {"price_per_second": "0.0125", "asked": asked, "delivered": nothing}
        assert after == {"price_per_second": "0.0125", "asked": asked, "delivered": one}

    def test_the_catalogues_price(self) -> None:
        """1.50 a second, unless another is given."""
        desk = Desk()
        desk.submit(duration="8s")
        assert desk.ask("GET", "/namespaces/default/cost").data["asked"] == {"seconds": "8", "cost": "12.00"}


READING: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/jobs", None),
    ("GET", "/jobs/x", None),
    ("POST", "/jobs/x/force", {"outcome": "fail"}),
    ("GET", "/journal", None),
    ("GET", "/cost", None),
)


@pytest.mark.parametrize(("method", "path", "body"), READING)
def test_reading_wants_a_namespace_that_is_there(method: str, path: str, body: object) -> None:
    """A misspelt name must not look like an empty namespace; the nearest is named, and none is made."""
    desk = Desk()
    desk.submit("[[#run-7]]")
    answer = desk.ask(method, f"/namespaces/run-8{path}", body)
    assert (codes(answer), answer.message) == (
        (404, "no_namespace"),
        "no namespace is called 'run-8'; did you mean 'run-7'?",
    )
    assert desk.simulator.tenants.names == ["default", "run-7"]


@pytest.mark.parametrize("name", ["-a", "a%20b", "a" * 65, "%23a", ".a"])
def test_names_of_namespaces(name: str) -> None:
    """Those that a tag can say."""
    answer = Desk().ask("POST", f"/namespaces/{name}/reset")
    assert codes(answer) == (400, "bad_name")
