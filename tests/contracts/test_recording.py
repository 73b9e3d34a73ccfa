"""Recordings: what is saved comes back whole, and a file that is none is refused with its line."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.support.junk import wild
from tests.support.stories import a_history, charge_of, charged, ledger, made

from veocontracts.events import Call, Restart, Told, UpstreamCallback, Webhook
from veocontracts.example import path_of
from veocontracts.history import History
from veocontracts.recording import Head, Recording, lines, load, load_all, save
from veocontracts.rules import RULES
from veocontracts.steps import Origin, Step
from veosim.errors import VeosimError

HEAD = Head("acme", "BILL-06", "", "failed, unbilled", "completed")
WISHES = {"fields": {"duration": 4.0}}
STEPS = (
    Step(1, 5, "submit", "job#1", (), {"service": "text", "wishes": WISHES, "key": "main", "paced": True}),
    Step(2, 9, "ledger", "", (1,), {"key": "main"}),
)
RARE = (
    Call(at=1, label="", key="main", operation="POST /v1/proxy/upload-media", intent="upload", problems=("a", "b")),
    UpstreamCallback(at=2, label="job#1", job="up", told=Told(state="success", duration=Decimal("4.0")), signed=False),
    Webhook(at=3, label="job#1", event_id="e", data={"cost": Decimal("6.10")}),
    Restart(at=4, ready_at=5),
)
WHOLE = replace(
    a_history(*made(), *RARE, ledger(charge_of("6.10"), at=50), charged("6.10", at=51)),
    notes=("a note",),
    steps=STEPS,
    origin=Origin(7, "another case"),
)


def test_a_recording_comes_back_whole(tmp_path: Path) -> None:
    """Terms, every kind of event with its exact decimals and real instants, steps, notes and origin."""
    path = tmp_path / "new" / "BILL-06.jsonl"
    save(Recording(HEAD, WHOLE), path)
    assert load(path) == Recording(HEAD, WHOLE)
    save(Recording(HEAD, a_history()), path)
    assert load(path) == Recording(HEAD, a_history())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=wild())
def test_any_history_comes_back(tmp_path: Path, history: History) -> None:
    """Whatever a gateway answered; compared line by line, since a NaN equals nothing."""
    save(Recording(HEAD, history), tmp_path / "x.jsonl")
    assert list(lines(load(tmp_path / "x.jsonl"))) == list(lines(Recording(HEAD, history)))


def test_the_first_line_says_what_it_is() -> None:
    """Format, version and what broke; numbers that are money keep their digits."""
    first, *_ = lines(Recording(HEAD, WHOLE))
    head = json.loads(first)
    assert (head["format"], head["version"], head["rule"], head["gateway"]) == ("veosim history", 1, "BILL-06", "acme")
    assert head["terms"]["price"] == {"$decimal": "1.50"}


GOOD = list(lines(Recording(HEAD, WHOLE)))
TERMS = json.loads(GOOD[0])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "x.jsonl: is empty; a recording is what `veosim check` saves of a failure"),
        ("{}", 'x.jsonl:1: is no recording; the first line of one says "veosim history" as its format'),
        ("[1]", "x.jsonl:1: [1] is no JSON object"),
        ("{", "x.jsonl:1: is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (json.dumps(TERMS | {"version": 2}), "x.jsonl:1: version 2; this suite reads version 1"),
        (json.dumps(TERMS | {"version": True}), "x.jsonl:1: version True; this suite reads version 1"),
        (json.dumps(TERMS | {"ruel": "x"}), "x.jsonl:1: no key is called 'ruel' here; did you mean 'rule'?"),
        (GOOD[0] + '\n{"note":"a","not":"b"}', "x.jsonl:2: no key is called 'not' here; did you mean 'note'?"),
        (GOOD[0] + '\n{"event":"Restart","at":1,"ready_at":2,"x":3}', "x.jsonl:2: no key is called 'x' here; there"),
        (json.dumps(TERMS | {"rule": 7}), "x.jsonl:1: rule: Input should be a valid string; found 7"),
        (GOOD[0] + '\n{"event":"Smile"}', "x.jsonl:2: no event is called 'Smile'; there are Submit, Read, Call, "),
        (GOOD[0] + '\n{"event":"Restart","at":"soon"}', "x.jsonl:2: at: Input should be a valid integer, "),
        (GOOD[0] + '\n{"step":{"number":1,"at":0,"operation":"jump"}}', "x.jsonl:2: operation: Input should be "),
        (GOOD[0] + '\n{"note":{"$decimal":"much"}}', "x.jsonl:2: is no JSON: "),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """With the file, the line, what was found and what may stand there."""
    path = tmp_path / "x.jsonl"
    path.write_text(text)
    with pytest.raises(VeosimError) as caught:
        load(path)
    assert str(caught.value).removeprefix(f"{tmp_path}/").startswith(problem)


@pytest.mark.parametrize(
    ("path", "problem"),
    [("gone.jsonl", "cannot be read: No such file or directory"), ("bytes.jsonl", "is not UTF-8 text")],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, path: str, problem: str) -> None:
    """The system's reason."""
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff")
    with pytest.raises(VeosimError) as caught:
        load(tmp_path / path)
    assert str(caught.value) == f"{tmp_path / path}: {problem}"


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder is in its place."""
    with pytest.raises(VeosimError, match=r": cannot be written: Is a directory$"):
        save(Recording(HEAD, WHOLE), tmp_path)


def test_a_folder_is_read_by_name(tmp_path: Path) -> None:
    """Only *.jsonl, in the alphabet's order; a folder that is not there is named."""
    for name in ("b", "a"):
        save(Recording(HEAD, replace(WHOLE, case=name)), tmp_path / f"{name}.jsonl")
    (tmp_path / "notes.txt").write_text("not one")
    assert [recording.history.case for recording in load_all(tmp_path)] == ["a", "b"]
    with pytest.raises(VeosimError, match=r"gone: no such folder; a folder of regressions holds recordings"):
        load_all(tmp_path / "gone")


SUBMIT = {"service": "text", "wishes": {}, "key": "main", "paced": True}
CALL = {"method": "GET", "path": "/", "operation": "GET /", "intent": "x", "label": "", "about": "", "key": "none"}


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ({"operation": "submit"}, "submit.service: Field required; found {}"),
        ({"operation": "submit", "arguments": SUBMIT | {"service": "audio"}}, "submit.service: Input should be 'text'"),
        ({"operation": "submit", "arguments": SUBMIT | {"speed": 1}}, "submit.speed: Extra inputs are not permitted"),
        ({"operation": "submit", "arguments": SUBMIT | {"key": ""}}, "submit.key: String should match pattern"),
        (
            {"operation": "submit", "arguments": SUBMIT | {"wishes": {"locale": "xx"}}},
            "submit.wishes.locale: Input should be 'en_US'",
        ),
        (
            {"operation": "submit", "arguments": SUBMIT | {"wishes": {"job": {"outcome": "explode"}}}},
            "submit.wishes: jobs.0.outcome: ",
        ),
        (
            {"operation": "submit", "arguments": SUBMIT | {"wishes": {"fields": {"duration": {"$decimal": "4"}}}}},
            "submit: its arguments cannot be sent as JSON: Object of type Decimal",
        ),
        (
            {"operation": "submit", "arguments": SUBMIT | {"wishes": {"text": "\ud800"}}},
            "submit: its arguments cannot be sent as JSON: 'utf-8' codec can't encode",
        ),
        ({"operation": "force", "arguments": {"outcome": "vanish"}}, "force.outcome: Input should be "),
        ({"operation": "restart", "arguments": {"down": -1}}, "restart.down: Input should be greater than"),
        ({"operation": "answer-events", "arguments": {"statuses": [7]}}, "answer-events.statuses.0: Input should be "),
        (
            {"operation": "call", "arguments": CALL | {"headers": {}, "body": "0"}},
            "call.body: String should match pattern",
        ),
        ({"operation": "ledger", "arguments": {"key": "main"}, "at": 10**18}, "at: 1000000000000000000 is not between"),
        ({"operation": "ledger", "arguments": {"key": "main"}, "at": -1}, "at: -1 is not between"),
        ({"operation": "ledger", "arguments": {"key": "main"}, "beside": [1]}, "number 1, beside [1]: a step is"),
        ({"operation": "ledger", "arguments": {"key": "main"}, "lable": ""}, "no key is called 'lable' here; did you"),
    ],
)
def test_a_step_that_cannot_be_done_is_refused(tmp_path: Path, step: dict[str, object], problem: str) -> None:
    """With the line and the argument, before anything is sent."""
    path = tmp_path / "x.jsonl"
    path.write_text(GOOD[0] + "\n" + json.dumps({"step": {"number": 1, "at": 0, **step}}))
    with pytest.raises(VeosimError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}:2: {problem}")


def test_the_steps_of_the_examples_are_sound() -> None:
    """Every recording that ships can be done again."""
    shipped = [load(path_of(rule)) for rule in RULES]
    assert [recording.head.rule for recording in shipped] == list(RULES)
