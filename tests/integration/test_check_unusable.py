"""`veosim check` against gateways that cannot be judged, and against those that answer nonsense."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.support.checks import ROOT, asgi, veosim, verdicts, write_profile

from veocontracts.rules import RULES

BROKEN = "tests.gateways.broken"
PROCESS_PLACES = ("import os, signal, sys; open(sys.argv[1], 'w').write(str(os.getpid())); ", "{python}", "-c")


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gateways are found from the folder that the command is run in."""
    monkeypatch.chdir(ROOT)


def unusable(profile: Path) -> str:
    """What a run says that ends with exit 3."""
    result = veosim("check", "--profile", profile)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "Traceback" not in result.stderr
    return result.stderr.partition("Error: ")[2].rstrip("\n")


def test_a_gateway_wired_elsewhere_gets_one_job(tmp_path: Path) -> None:
    """It may be calling a real upstream, where every job costs money: nothing more is sent."""
    log = tmp_path / "log"
    said = unusable(write_profile(tmp_path, asgi(f"{BROKEN}:elsewhere", log=str(log))))
    assert said == (
        "1 job was sent, and the simulator did not see it within 10s; this gateway may be calling a real upstream, so "
        "nothing more is sent. Point its upstream URL at {upstream_url}"
    )
    assert log.read_text() == "POST /v1/proxy/media-video-from-text\n"


@pytest.mark.parametrize("status", [202, 402, 500])
def test_a_service_wired_elsewhere_gets_one_job(status: int, tmp_path: Path) -> None:
    """Text goes where it should, images to a vendor that has to be paid, whatever that answers to the first one."""
    log = tmp_path / "log"
    said = unusable(write_profile(tmp_path, asgi(f"{BROKEN}:half_elsewhere", log=str(log), status=status)))
    assert said == (
        f"the gateway answered {status} to the first job of POST /v1/proxy/media-video-from-image, and the simulator "
        "did not see it, though it saw one of another service; this gateway may be calling a real upstream for it, so "
        "nothing more is sent. Point that service at {upstream_url} too, or leave it out (services)"
    )
    assert log.read_text() == "POST /v1/proxy/media-video-from-image\n"


def test_a_gateway_that_never_answers_is_left(tmp_path: Path) -> None:
    """The wait is bounded on the run's own clock."""
    said = unusable(write_profile(tmp_path, asgi(f"{BROKEN}:silent")))
    assert said == (
        "the gateway did not answer: POST /v1/proxy/media-video-from-text: no answer within 1200s; is it up, and is "
        "its address right?"
    )


@pytest.mark.parametrize(
    ("factory", "problem"),
    [
        (
            "tests.gateways.none:create",
            "cannot be imported: ModuleNotFoundError: No module named 'tests.gateways.none'",
        ),
        (
            f"{BROKEN}:none",
            "cannot be imported: AttributeError: module 'tests.gateways.broken' has no attribute 'none'",
        ),
        (f"{BROKEN}:refusing_to_start", "made no app: RuntimeError: no database behind http://127.0.0.1:"),
        (f"{BROKEN}:odd", "made no app: OddError: 7 http://127.0.0.1:"),
        (f"{BROKEN}:NO_APP", "made no app: TypeError: 'str' object is not callable"),
        (f"{BROKEN}:no_app", "made str, not an ASGI app"),
        (f"{BROKEN}:elsewhere", "made no app: TypeError: elsewhere() missing 1 required positional argument: 'log'"),
    ],
)
def test_a_gateway_that_cannot_be_made_is_exit_3(factory: str, problem: str, tmp_path: Path) -> None:
    """The factory is named, and what went wrong in it."""
    said = unusable(write_profile(tmp_path, asgi(factory)))
    assert said.startswith(f"target.asgi.factory '{factory}' {problem}")


def test_a_gateway_that_ends_the_process_does_not_choose_the_exit_code(tmp_path: Path) -> None:
    """`sys.exit(0)` in a handler is not a conformant gateway."""
    assert unusable(write_profile(tmp_path, asgi(f"{BROKEN}:leaving"))) == "the gateway ended the run: SystemExit(0)"


def test_keys_that_the_gateway_does_not_know_are_named(tmp_path: Path) -> None:
    """A 401 to the first job is a matter of the profile's keys."""
    auth = {"keys": {"main": "stranger"}}
    said = unusable(write_profile(tmp_path, {"auth": auth}))
    assert said == "the gateway answered 401 to the key auth.keys.main; is it one that it knows?"


def process(tmp_path: Path, script: str, within: str = "20s") -> dict[str, Any]:
    """A target that writes its pid to a file, then runs the script."""
    command = [*PROCESS_PLACES[1:], PROCESS_PLACES[0] + script, str(tmp_path / "pid")]
    return {"target": {"process": {"command": command, "ready": {"get": "/healthz", "within": within}}}}


def test_a_process_that_ends_at_once_shows_its_log(tmp_path: Path) -> None:
    """Its exit code and its last words are in the message, with nothing in them that a terminal would act on."""
    script = r"print('no database\x1b[31m'); sys.exit(7)"
    said = unusable(write_profile(tmp_path, process(tmp_path, script), "reference-process"))
    assert said == "the gateway ended with 7; the end of its log:\n  | no database\\x1b[31m"


def test_a_process_that_is_never_ready_is_stopped(tmp_path: Path) -> None:
    """The path, the patience and the log's end are named; the process is gone afterwards."""
    script = "print('warming up', flush=True); signal.pause()"
    said = unusable(write_profile(tmp_path, process(tmp_path, script, "1.5s"), "reference-process"))
    why = "did not answer 200 on /healthz within 1.5s, and takes no {port} to listen on"
    assert said == f"the gateway {why}; the end of its log:\n  | warming up"
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    """Nothing was started, and the system's reason is given."""
    target = {"target": {"process": {"command": ["no-such-gateway"]}}}
    said = unusable(write_profile(tmp_path, target, "reference-process"))
    assert said == "the gateway 'no-such-gateway' cannot be started: No such file or directory"


@pytest.mark.prove
def test_nonsense_is_judged_not_feared(tmp_path: Path) -> None:
    """Odd types, HTML, empty and endless bodies fail rules; none of them is an error of the harness."""
    path = write_profile(tmp_path, asgi("tests.gateways.nonsense:create", in_process=True))
    result = veosim("check", "--profile", path, "--json", "--depth", "1", "--examples", "2")
    report = json.loads(result.stdout)
    assert (result.exit_code, report["errors"]) == (1, [])
    found = verdicts(result)
    assert {found[rule] for rule in ("ACC-01", "AUTH-01[submit]", "AUTH-01[read]", "LIFE-05")} == {"FAIL"}
    assert {line["rule"] for line in report["results"]} == set(RULES)


def test_nonsense_can_be_shown(tmp_path: Path) -> None:
    """The report for people survives it too, and shows nothing that a terminal would act on."""
    path = write_profile(tmp_path, asgi("tests.gateways.nonsense:create", in_process=True))
    result = veosim("check", "--profile", path, "--rule", "AUTH", "--rule", "LIFE-05")
    assert result.exit_code == 1
    assert all(line.isprintable() for line in result.stdout.splitlines())
    assert "Traceback" not in result.output


def test_a_handler_that_raises_is_a_500(tmp_path: Path) -> None:
    """As behind any server; rules fail, the harness does not."""
    path = write_profile(tmp_path, asgi(f"{BROKEN}:raising", in_process=True))
    result = veosim("check", "--profile", path, "--rule", "AUTH", "--rule", "ACC-05", "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["errors"] == []
    found = [finding for line in report["results"] for finding in line["findings"]]
    statuses = {event.get("status") for finding in found for event in finding["history"]}
    assert 500 in statuses


def test_work_after_the_answer_does_not_delay_it(tmp_path: Path) -> None:
    """Background tasks of Starlette and FastAPI run on while the client already has its 202."""
    path = write_profile(tmp_path, asgi(f"{BROKEN}:background", in_process=True))
    assert verdicts(veosim("check", "--profile", path, "--rule", "ACC-05", "--json")) == {"ACC-05": "PASS"}


def test_a_thread_that_shows_up_late_leaves_time_unproved(tmp_path: Path) -> None:
    """The probe saw no thread, but a case did: rules about time are inconclusive, and say why."""
    profile = write_profile(tmp_path, asgi("tests.gateways.threaded:create", in_process=True))
    result = veosim("check", "--profile", profile, "--rule", "TIME-08", "--rule", "ACC-05", "--json")
    lines = json.loads(result.stdout)["results"]
    assert [(line["rule"], line["verdict"]) for line in lines] == [("ACC-05", "PASS"), ("TIME-08", "INCONCLUSIVE")]
    assert "so virtual time cannot be trusted" in lines[1]["reason"]
    assert result.exit_code == 4
