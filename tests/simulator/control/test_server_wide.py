"""The operations that are about the whole server."""

import asyncio
from collections.abc import Awaitable

import pytest
from tests.support.control import Answer, Desk

from veosim import RealClock, ScaledClock, __version__, parse_scenario
from veosim.control import server_wide
from veosim.inprocess import call
from veosim.scenario.library import Library
from veosim.steering import Steering

DELAYED = "scenario: delayed\nexchanges: {poll: [{delay: 5s}]}\n"


def test_health() -> None:
    """It answers, and which version it is."""
    assert Desk().ask("GET", "/health") == Answer(200, {"status": "ok", "version": __version__})


class TestClock:
    def test_a_manual_clock_is_moved(self) -> None:
        """The answer comes once it stands at its new instant; jobs have gone on."""
        desk = Desk()
        job_id = desk.submit()
        moved = desk.ask("POST", "/clock/advance", {"by": "2500ms"})
        assert moved == Answer(200, {"mode": "manual", "now": 2.5, "unsettled": []})
        assert desk.ask("GET", "/clock") == Answer(200, {"mode": "manual", "now": 2.5})
        assert desk.poll(job_id) == "processing"

    def test_what_falls_due_has_run(self) -> None:
        """A poll that waits for the clock is answered before the move is, even if both were sent at once."""

        async def both() -> list[str]:
            order: list[str] = []
            path = f"/api-video/api/video/status/{await desk.submitted()}"

            async def told(name: str, work: Awaitable[object]) -> None:
                await work
                order.append(name)

            async with asyncio.TaskGroup() as group:
                group.create_task(told("poll", call(desk.app, "GET", path)))
                group.create_task(told("advance", desk.asked("POST", "/clock/advance", {"by": "5s"})))
            return order

        desk = Desk(DELAYED)
        assert asyncio.run(both()) == ["poll", "advance"]

    @pytest.mark.parametrize(
        ("clock", "record"),
        [(RealClock(), {"mode": "real", "factor": 1}), (ScaledClock(2.5), {"mode": "scaled", "factor": 2.5})],
    )
    def test_one_that_runs_by_itself_is_not(self, clock: ScaledClock, record: dict[str, object]) -> None:
        """It says what it is, and how to start a server whose clock can be moved."""
        desk = Desk(clock=clock)
        shown = desk.ask("GET", "/clock").data
        assert {**shown, "now": None} == {**record, "now": None}
        refused = desk.ask("POST", "/clock/advance", {"by": "30s"})
        fix = "start the server with --manual-clock to move it"
        assert (refused.status, refused.code) == (409, "clock_not_manual")
        assert refused.message == f"the clock is {record['mode']} and runs by itself; {fix}"


class TestScenarios:
    def test_they_are_listed(self) -> None:
        """All that can be asked for, with where they come from."""
        desk = Desk()
        found = {each["name"]: each for each in desk.ask("GET", "/scenarios").data["scenarios"]}
        library = Library()
        assert list(found) == library.names
        assert found["stuck"] == {"name": "stuck", "about": library.get("stuck").about, "from": "job-failures"}
        assert found["default"]["from"] == "built in"

    def test_a_file_is_named(self) -> None:
        """Where a scenario comes from one."""
        own = parse_scenario("scenario: mine\n")
        desk = Desk(steering=Steering(Library([own], {"mine": "here/mine.yaml"}.get)))
        found = {each["name"]: each["from"] for each in desk.ask("GET", "/scenarios").data["scenarios"]}
        assert found["mine"] == "here/mine.yaml"

    def test_what_was_put_is_taken_back(self) -> None:
        """What had its name before has it again; what was there from the beginning stays."""
        own = parse_scenario("scenario: mine\n")
        desk = Desk(steering=Steering(Library([own], {"mine": "here/mine.yaml"}.get)))
        before = desk.ask("GET", "/scenarios")
        for name in ("my-own", "mine", "stuck", "default"):
            refused = desk.ask("DELETE", f"/scenarios/{name}")
            assert (refused.status, refused.code) == ((404, "no_scenario") if name == "my-own" else (409, "not_put"))
            assert desk.ask("PUT", f"/scenarios/{name}", f"scenario: {name}\nabout: Late.\n").data["from"] == "added"
            assert desk.ask("DELETE", f"/scenarios/{name}") == Answer(204, None)
        assert desk.ask("GET", "/scenarios") == before

    @pytest.mark.parametrize("body", ["scenario: mine\nabout: Ours.\n", {"scenario": "mine", "about": "Ours."}])
    def test_one_is_added_and_replaced(self, body: object) -> None:
        """201 when it is new, 200 after that; it can be asked for by a tag at once."""
        desk = Desk()
        record = {"name": "mine", "about": "Ours.", "from": "added"}
        assert [desk.ask("PUT", "/scenarios/mine", body) for _ in range(2)] == [
            Answer(201, record),
            Answer(200, record),
        ]
        assert record in desk.ask("GET", "/scenarios").data["scenarios"]
        desk.submit("a kite [[mine]]")
        assert [job.pinned for job in desk.simulator.jobs.values()] == ["mine"]

    def test_a_shipped_one_is_covered(self) -> None:
        """What was added comes first."""
        desk = Desk()
        assert desk.ask("PUT", "/scenarios/stuck", "scenario: stuck\nabout: Ours.\n").status == 200
        assert desk.simulator.steering.library.get("stuck").about == "Ours."

    def test_it_may_extend_what_ships(self) -> None:
        """By name; keys of its own come first."""
        desk = Desk()
        desk.ask("PUT", "/scenarios/mine", "scenario: mine\nextends: stuck\nabout: Ours.\n")
        job_id = desk.submit("a kite [[mine]]")
        desk.advance(100_000)
        assert desk.poll(job_id) == "processing"

    @pytest.mark.parametrize("path", ["/etc/passwd", "./mine.yaml", "../secrets.yml", "C:\\mine.yaml"])
    def test_it_names_no_file(self, path: str) -> None:
        """Whoever sends a scenario reads nothing of the server's disk by it, not even whether a file is there."""
        answer = Desk().ask("PUT", "/scenarios/mine", {"scenario": "mine", "extends": path})
        assert (answer.status, answer.code) == (400, "bad_body")
        assert answer.message.endswith("paths are followed from files only; allowed: the name of a shipped scenario")

    def test_a_mistake_has_its_place(self) -> None:
        """As in a file."""
        answer = Desk().ask("PUT", "/scenarios/mine", "scenario: mine\njobs:\n  - outcome: suceed\n")
        assert answer.message.startswith("body:3:14: jobs[0].outcome: found 'suceed'; allowed: succeed, ")

    def test_its_two_names_agree(self) -> None:
        """A copy that was not renamed would replace another one."""
        answer = Desk().ask("PUT", "/scenarios/mine", "scenario: theirs\n")
        message = "the path says 'mine' and the body `scenario: theirs`; say the same twice"
        assert (answer.status, answer.code, answer.message) == (400, "bad_name", message)

    def test_they_are_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each stays for as long as the server runs; one that is there can still be replaced."""
        monkeypatch.setattr(server_wide, "MOST_ADDED", 2)
        desk = Desk(steering=Steering(Library()))
        statuses = [
            desk.ask("PUT", f"/scenarios/{name}", f"scenario: {name}\n").status for name in ("a", "b", "c", "b")
        ]
        assert statuses == [201, 201, 409, 200]

    def test_a_reset_of_the_simulator_forgets_them(self) -> None:
        """The fixture hands the next test a library as new."""
        desk = Desk()
        for name in ("mine", "stuck", "default"):
            desk.ask("PUT", f"/scenarios/{name}", f"scenario: {name}\nabout: Ours.\n")
        desk.simulator.reset()
        found = desk.ask("GET", "/scenarios").data["scenarios"]
        assert [each["name"] for each in found if each["about"] == "Ours." or each["from"] == "added"] == []
        assert [each["name"] for each in found] == Library().names


def test_namespaces_are_listed() -> None:
    """The default one first, which is always there; what each plays and holds."""
    desk = Desk()
    desk.submit("a kite [[#b]]")
    desk.ask("POST", "/namespaces/a/scenario", {"name": "stuck", "lasting": "10s"})
    plain = {
        "scenario": "plain",
        "until": None,
        "jobs": 0,
        "jobs_dropped": 0,
        "exchanges": 0,
        "exchanges_dropped": 0,
        "callbacks": {"sent": 0, "failed": 0, "pending": 0},
    }
    assert desk.ask("GET", "/namespaces").data["namespaces"] == [
        {**plain, "name": "default"},
        {**plain, "name": "b", "jobs": 1, "exchanges": 1},
        {**plain, "name": "a", "scenario": "stuck", "until": 10.0},
    ]
