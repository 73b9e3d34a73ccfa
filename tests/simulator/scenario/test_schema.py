"""The scenario language as a JSON Schema."""

import jsonschema
import pytest
from tests.simulator.scenario.test_model import WHOLE

from veosim import SourceError, parse_scenario
from veosim.resources import scenario_files
from veosim.scenario import jobs, limits, times
from veosim.scenario.model import Scenario
from veosim.scenario.schema import DRAFT, described, schema
from veosim.yamlfile import Strict, read_tree

SCHEMA = schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def complaints(text: str) -> list[str]:
    """Where the schema finds fault with a file, as an editor would."""
    data = read_tree(text, "f.yaml").data
    return [".".join(map(str, error.absolute_path)) for error in VALIDATOR.iter_errors(data)]


def test_the_schema_is_one() -> None:
    """Of the draft that it names."""
    assert SCHEMA["$schema"] == DRAFT
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", scenario_files())
def test_every_shipped_scenario_fits(name: str) -> None:
    """As it is written."""
    assert complaints(scenario_files()[name].read_text("utf-8")) == []


SOUND = [
    "extends: stuck\n",
    "scenario: x\nexchanges: {poll: [{include: one-503}, {delay: 1s}]}\n",
    "scenario: x\nlimits: {concurrent_jobs: 4, queue: 100, submits_per_minute: 60}\n",
    "scenario: x\ndialects: [generations-metadata]\njobs: [{outcome: partly-filtered, result: {videos: 1}}]\n",
    "scenario: x\njobs: [{when: {share: 0.5%, key: 'key:*', nth: [1, 3.., 5..6]}, outcome: fail, progress: 95%}]\n",
    "scenario: x\njobs: [{queue: {median: 1s, sigma: 1, max: 9s}, run: {p50: 95s, p99: 280s}}]\n",
    "scenario: x\njobs: [{result: {size: 640x360, audio: none, weight: 1.5MB, file: empty, tells: asked}}]\n",
    "scenario: x\njobs: [{after: {uniform: [250ms, 1.5s]}, when: {nth: 3..}}]\n",
    WHOLE,
]


@pytest.mark.parametrize("text", SOUND)
def test_what_the_loader_takes_fits(text: str) -> None:
    """Every form that a value may have."""
    parse_scenario(text)
    assert complaints(text) == []


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("sede: 7", ""),
        ("seed: now", "seed"),
        ("jobs: [{outcome: sucede}]", "jobs.0.outcome"),
        ("jobs: [{run: 90}]", "jobs.0.run"),
        ("jobs: [{run: {uniform: [1s]}}]", "jobs.0.run"),
        ("jobs: [{run: {p50: 1s, sigma: 2}}]", "jobs.0.run"),
        ("jobs: [{when: {share: 5}}]", "jobs.0.when.share"),
        ("jobs: [{when: {nth: 0}}]", "jobs.0.when.nth"),
        ("jobs: [{when: {dialect: api-vidoe}}]", "jobs.0.when.dialect"),
        ("jobs: [{result: {expires: 1 h}}]", "jobs.0.result.expires"),
        ("dialects: [cn8-gateway]", "dialects.0"),
        ("limits: {concurrent_jobs: 0}", "limits.concurrent_jobs"),
        ("limits: {submits: 1}", "limits"),
        ("exchanges: {poll: [{include: a, delay: 1s}]}", "exchanges.poll.0"),
        ("exchanges: {poll: [{respond: {status: 99}}]}", "exchanges.poll.0"),
    ],
)
def test_what_the_loader_refuses_does_not_fit(line: str, place: str) -> None:
    """Unknown keys, wrong units, values out of range."""
    text = f"scenario: x\n{line}\n"
    with pytest.raises(SourceError):
        parse_scenario(text)
    assert place in complaints(text)


def test_a_file_without_a_name_does_not_fit() -> None:
    """Unless it takes one over."""
    assert complaints("seed: 1\n") == [""]


@pytest.mark.parametrize(
    "kind",
    [
        *(Scenario, jobs.JobEntry, jobs.JobWhen, jobs.ErrorWords, jobs.ResultEntry, limits.Limits),
        *(times.Uniform, times.Lognormal, times.Percentiles),
    ],
)
def test_every_key_is_explained(kind: type[Strict]) -> None:
    """What an editor shows beside a key is what the model's docstring says of it."""
    keys = {"Scenario": SCHEMA, **SCHEMA["$defs"]}[kind.__name__]["properties"]
    assert {key for key, shape in keys.items() if not shape.get("description")} == set()


def test_a_docstring_is_read_to_its_end() -> None:
    """Lines that go on are joined, and each attribute begins with a capital."""

    class Example:
        """One line.

        Attributes:
            first: begins here
                and ends here.
            second: is short.
        """

    assert described(Example) == {"first": "Begins here and ends here.", "second": "Is short."}
    assert described(int) == {}


def test_no_default_is_shown_in_nanoseconds() -> None:
    """Nor any other number of the engine's own."""
    assert "000000000" not in str(SCHEMA)
