"""How a request chooses its scenario and its namespace."""

import pytest

from veosim import parse_scenario
from veosim.errors import VeosimError
from veosim.scenario.library import Library
from veosim.seeded import fingerprint
from veosim.steering import Choice, Steering

MINE = parse_scenario("scenario: mine\n")
KEY = fingerprint("Bearer a-key")
LIBRARY = Library([MINE])
STUCK = LIBRARY.get("stuck")
FORM = "a tag is [[SCENARIO]] or [[#NAMESPACE]], a name of 1 to 64 letters, digits, '.', '_' and '-'"
NONE = "no scenario is called 'nope'"


@pytest.mark.parametrize(
    ("prompt", "choice"),
    [
        ("a kite", Choice()),
        ("a kite [[stuck]]", Choice(STUCK)),
        ("[[mine]] a kite", Choice(MINE)),
        ("[[#run-7]]", Choice(namespace="run-7")),
        ("[[#run-7]] a [[stuck]] kite", Choice(STUCK, "run-7")),
        ("[[stuck]] [[mine]]", Choice(STUCK)),
        ("[[nope]] [[mine]]", Choice(MINE, note=NONE)),
        ("[[nope]]", Choice(note=NONE)),
        ("[[#a]] [[#b]]", Choice(namespace="b")),
        ("[[ stuck ]]", Choice(note=f"no tag: '[[ stuck ]]'; {FORM}")),
        ("[stuck] [[stuck] [[1, 2], [3, 4]]", Choice()),
        ("[[]] [[#]] [[stuck]] [[-x]] [[#bad name]]", Choice(STUCK, note=f"no tag: '[[]]', '[[#]]', '[[-x]]'; {FORM}")),
        ("[[nope]] [[#]]", Choice(note=f"{NONE}; no tag: '[[#]]'; {FORM}")),
        ("[[[stuck]]]", Choice(STUCK)),
        (f"[[{'x' * 65}]]", Choice(note=f"no tag: '[[{'x' * 65}]]'; {FORM}")),
        (f"[[#{'x' * 64}]]", Choice(namespace="x" * 64)),
        ("[[\nstuck]]", Choice(note=f"no tag: '[[\\nstuck]]'; {FORM}")),
    ],
)
def test_tags(prompt: str, choice: Choice) -> None:
    """A name in double brackets, with `#` for a namespace; of what only looks like one the journal has a note."""
    assert Steering(LIBRARY).choose(prompt, KEY, "") == choice


@pytest.mark.parametrize(
    ("prompt", "wish", "choice"),
    [
        ("a kite", "mine", Choice(MINE)),
        ("a kite [[stuck]]", "mine", Choice(STUCK)),
        ("a kite [[nope]]", "mine", Choice(MINE, note=NONE)),
        ("a kite", "nope", Choice(note=NONE)),
    ],
)
def test_a_tag_comes_before_a_key(prompt: str, wish: str, choice: Choice) -> None:
    """A key that names a scenario counts where no tag does."""
    assert Steering(LIBRARY).choose(prompt, KEY, wish) == choice


def test_keys_that_were_given_a_scenario() -> None:
    """They come before what a key says of itself; any other key chooses nothing."""
    steering = Steering(LIBRARY, scenarios={KEY: "mine"})
    assert steering.choose("a kite", KEY, "stuck") == Choice(MINE)
    assert steering.choose("a kite", "key:other", "") == Choice()


def test_keys_that_were_given_a_namespace() -> None:
    """No tag leads out of it."""
    steering = Steering(LIBRARY, namespaces={KEY: "home"})
    assert steering.choose("[[#away]] [[stuck]]", KEY, "") == Choice(STUCK, "home")
    assert steering.choose("[[#away]]", "key:other", "") == Choice(namespace="away")


def test_tags_can_be_switched_off() -> None:
    """Then a prompt is only a prompt; keys go on choosing."""
    steering = Steering(LIBRARY, tags=False)
    assert steering.choose("[[stuck]] [[#a]]", KEY, "mine") == Choice(MINE)


@pytest.mark.parametrize(("prompt", "wish"), [("[[stuk]]", ""), ("a kite", "stuk")])
def test_strict_steering_refuses_what_it_does_not_know(prompt: str, wish: str) -> None:
    """With all the names, and the nearest."""
    with pytest.raises(VeosimError) as caught:
        Steering(LIBRARY, strict=True).choose(prompt, KEY, wish)
    names = ", ".join(LIBRARY.names)
    assert str(caught.value) == f"no scenario is called 'stuk'; there are {names}; did you mean 'stuck'?"


@pytest.mark.parametrize(
    ("prompt", "found", "hint"),
    [
        ("[[ stuck ]]", "'[[ stuck ]]'", "; did you mean '[[stuck]]'?"),
        ("a kite [[stuck]] [[#bad name]]", "'[[#bad name]]'", "; did you mean '[[#badname]]'?"),
        ("[[#]]", "'[[#]]'", ""),
    ],
)
def test_strict_steering_refuses_what_is_no_tag(prompt: str, found: str, hint: str) -> None:
    """With the form of a tag, and what was surely meant."""
    with pytest.raises(VeosimError) as caught:
        Steering(LIBRARY, strict=True).choose(prompt, KEY, "")
    assert str(caught.value) == f"{found} is no tag: {FORM}{hint}"


def test_without_tags_nothing_is_malformed() -> None:
    """Brackets are ordinary text then, however strict the rest is."""
    assert Steering(LIBRARY, tags=False, strict=True).choose("[[ stuck ]]", KEY, "") == Choice()
