"""Bodies and queries: what is refused, in which words, and where."""

from collections.abc import Mapping

import pytest
from tests.support.control import Desk

from veosim.yamlfile import SIZE_LIMIT

ADVANCE = "/clock/advance"


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("text/plain", "found 'text/plain'"),
        ("application/x-www-form-urlencoded", "found 'application/x-www-form-urlencoded'"),
        ("multipart/form-data; boundary=x", "found 'multipart/form-data'"),
        ("", "none came"),
    ],
)
def test_a_form_cannot_send_a_body(kind: str, found: str) -> None:
    """What a page can send without being asked is refused by its media type, whatever it says."""
    desk = Desk()
    answer = desk.ask("POST", ADVANCE, '{"by": "30s"}', {"Content-Type": kind})
    message = f"a body needs the Content-Type application/json or application/yaml; {found}"
    assert (answer.status, answer.code, answer.message) == (415, "bad_content_type", message)
    assert answer.data["error"]["allowed"] == ["application/json", "application/yaml"]
    assert desk.simulator.clock.now() == 0


@pytest.mark.parametrize("kind", ["application/json", "application/yaml", "Application/JSON; charset=utf-8"])
def test_json_and_yaml_are_read(kind: str) -> None:
    """JSON by either name."""
    assert Desk().ask("POST", ADVANCE, '{"by": "30s"}', {"Content-Type": kind}).data["now"] == 30.0


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (
            "json",
            '{"by": 30}',
            "body:1:8: by: 30 is not a duration; allowed: a number with a unit: 250ms, 90s, 4m, 48h; ",
        ),
        ("json", '{"by": null}', "body:1:8: by: null is not a duration; allowed: "),
        ("json", "null", "body:1:1: found null; allowed: a mapping"),
        ("json", '{"by": "99999999999999999999h"}', "body:1:8: by: '99999999999999999999h' is longer than 1000h; "),
        ("json", '{\n\t"by": 30}', "body:1:1: by: 30 is not a duration; "),
        (
            "yaml",
            "buy: 30s\n",
            "body:1:1: the key 'by' is missing\nbody:1:1: buy: unknown key 'buy'; allowed: by",
        ),
        ("yaml", "by: [", "body:1:6: not YAML: "),
        ("json", "[]", "body:1:1: "),
        ("json", "", "The body is not JSON: expecting value at line 1, column 1."),
        ("json", '{"by": NaN}', "NaN is not JSON."),
        ("json", '{"by": "\\ud800"}', "A string holds half of a surrogate pair."),
        ("yaml", "", "body:1:1: the file is empty"),
    ],
)
def test_mistakes_have_their_place(kind: str, text: str, message: str) -> None:
    """Line and column in the body as it was sent, as far as they can be told."""
    answer = Desk().ask("POST", ADVANCE, text, {"Content-Type": f"application/{kind}"})
    assert (answer.status, answer.code) == (400, "bad_body")
    assert answer.message.startswith(message)


def test_no_hint_where_none_helps() -> None:
    """Time does not go back, with a unit neither."""
    answer = Desk().ask("POST", ADVANCE, '{"by": -1}', {"Content-Type": "application/json"})
    assert answer.message == ("body:1:8: by: -1 is not a duration; allowed: a number with a unit: 250ms, 90s, 4m, 48h")


def test_the_places_are_data_too() -> None:
    """For editors: each problem with its line, its column and the fix."""
    answer = Desk().ask("POST", "/namespaces/a/jobs/b/force", "outcome: sucseed\n")
    assert answer.data["error"]["problems"] == [
        {
            "line": 1,
            "column": 10,
            "where": "outcome",
            "message": "found 'sucseed'",
            "allowed": "succeed, fail, stuck, filtered, empty, cancel",
            "hint": "did you mean 'succeed'?",
        }
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('{"by": "1s", "by": "2s"}', "by"),
        ('{"by":\t"1s", "\\u0062y": "2s"}', "by"),
        ('{"by": [{"a": 1, "a": 1}]}', "a"),
    ],
)
def test_a_key_stands_once(text: str, key: str) -> None:
    """In JSON as in YAML, however it is written and wherever it stands."""
    desk = Desk()
    answer = desk.ask("POST", ADVANCE, text, {"Content-Type": "application/json"})
    message = f"the key '{key}' stands twice in one object; say it once"
    assert (answer.status, answer.code, answer.message) == (400, "bad_body", message)
    assert desk.simulator.clock.now() == 0


@pytest.mark.parametrize("dialect", ["api-vido", ""])
def test_jobs_have_a_known_dialect(dialect: str) -> None:
    """One that no job can have is refused: an empty list would look like an answer."""
    answer = Desk().ask("GET", f"/namespaces/default/jobs?dialect={dialect}")
    assert (answer.status, answer.code) == (400, "bad_query")


def test_a_large_body_is_refused() -> None:
    """At 1 MiB, as a scenario file is."""
    answer = Desk().ask("PUT", "/scenarios/large", "#" * (SIZE_LIMIT + 1))
    assert (answer.status, answer.code) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=0", "limit: found 0; allowed: 1 to 1000"),
        ("limit=1001", "limit: found 1001; allowed: 1 to 1000"),
        ("limit=x", "limit: found 'x'; allowed: a whole number"),
        ("limit=-1", "limit: found -1; allowed: 1 to 1000"),
        ("limit=" + "9" * 20, f"limit: found {'9' * 20}; allowed: 1 to 1000"),
        (
            "dialect=api-vido",
            (
                "dialect: found 'api-vido'; allowed: api-video, image-to-video, generations-seconds, "
                "generations-metadata, or empty where no operation matched; did you mean 'api-video'?"
            ),
        ),
        ("bodies=no", "bodies: found 'no'; allowed: true or false"),
        ("limit=1&limit=2", "a parameter of the query comes twice; say it once"),
    ],
)
def test_queries_are_checked(query: str, message: str) -> None:
    """A query has no lines, so that only the parameter is named."""
    answer = Desk().ask("GET", f"/namespaces/default/journal?{query}")
    assert (answer.status, answer.code, answer.message) == (400, "bad_query", message)


def test_an_unknown_parameter_is_refused() -> None:
    """With those there are, and the nearest of them."""
    answer = Desk().ask("GET", "/namespaces/default/jobs?stat=queued")
    allowed = "state, dialect, marker, after, limit"
    assert answer.message == f"stat: unknown key 'stat'; allowed: {allowed}; did you mean 'state'?"


@pytest.mark.parametrize(
    "path", ["/health", "/clock", "/scenarios", "/namespaces", "/metrics", "/namespaces/default/cost"]
)
def test_operations_without_parameters_take_none(path: str) -> None:
    """A misspelt filter must not be taken for one that was applied."""
    answer = Desk().ask("GET", f"{path}?namespace=a")
    assert (answer.status, answer.code) == (400, "bad_query")


@pytest.mark.parametrize(
    ("body", "headers"), [("x: 1", {}), (None, {"Content-Type": "application/x-www-form-urlencoded"})]
)
def test_operations_without_a_body_take_none(body: object, headers: Mapping[str, str]) -> None:
    """Nor a form without fields."""
    desk = Desk()
    desk.submit()
    answer = desk.ask("POST", "/namespaces/default/reset", body, headers)
    assert (answer.status, len(desk.simulator.jobs)) == (400, 1)
