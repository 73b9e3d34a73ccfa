"""The mutants' form: small, named, and declared. That each is caught is proved by `veosim selftest`."""

import ast
import inspect
import re
import textwrap

import pytest

from veocontracts.profiles import find_profile, with_mutant
from veocontracts.reference.callbacks import CallbackGateway
from veocontracts.reference.gateway import Gateway
from veocontracts.reference.mutants import MUTANTS, Mutant, gateway_class
from veocontracts.reference.mutants.registry import mutant
from veocontracts.rules import RULES
from veosim.errors import VeosimError

MOST_FURTHER = 3
MOST_METHODS = 2
MOST_LINES = 15
FEWEST = 80

every_mutant = pytest.mark.parametrize("wrong", MUTANTS.values(), ids=MUTANTS)


def methods(gateway: type[Gateway]) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The methods that a class defines itself."""
    [tree] = ast.parse(textwrap.dedent(inspect.getsource(gateway))).body
    assert isinstance(tree, ast.ClassDef)
    return [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def lines(method: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a method's body."""
    return (method.body[-1].end_lineno or 0) - method.body[0].lineno + 1


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_a_mutant_that_it_must_catch(rule: str) -> None:
    """A rule that no defect turns red proves nothing."""
    assert [name for name, wrong in MUTANTS.items() if wrong.primary == rule]


def test_there_are_as_many_as_were_promised() -> None:
    """Each a defect that shipped somewhere, or one step from it."""
    assert len(MUTANTS) >= FEWEST


@every_mutant
def test_a_mutant_declares_rules_that_exist(wrong: Mutant) -> None:
    """The primary rule and at most three more, each with its reason."""
    assert {wrong.primary, *wrong.also} <= set(RULES)
    assert wrong.primary not in wrong.also
    assert len(wrong.also) <= MOST_FURTHER
    assert all(reason.strip() for reason in wrong.also.values())


@every_mutant
def test_a_mutant_is_wrong_in_one_small_place(wrong: Mutant) -> None:
    """It overrides a step or two of the reference gateway itself, in a few lines each, and adds nothing."""
    [base] = wrong.gateway.__bases__
    assert base is gateway_class(None, wrong.dialect)
    found = methods(wrong.gateway)
    assert 1 <= len(found) <= MOST_METHODS
    assert all(hasattr(base, method.name) for method in found)
    assert all(lines(method) <= MOST_LINES for method in found)
    assert set(vars(wrong.gateway)) - {method.name for method in found} <= {
        "__module__",
        "__doc__",
        "__firstlineno__",
        "__static_attributes__",
    }


@every_mutant
def test_a_mutant_says_what_it_does(wrong: Mutant) -> None:
    """Its name is lower-case words joined by hyphens; its docstring is one sentence on one line."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", wrong.name)
    assert wrong.about == inspect.getdoc(wrong.gateway)
    assert re.fullmatch(r"[A-Z0-9a-z].*[^.]\.", wrong.about)
    assert ". " not in wrong.about


def test_each_class_and_each_sentence_is_used_once() -> None:
    """Two names for one defect would count twice."""
    assert len({wrong.gateway for wrong in MUTANTS.values()}) == len(MUTANTS)
    assert len({wrong.about for wrong in MUTANTS.values()}) == len(MUTANTS)


def test_a_name_cannot_be_given_twice() -> None:
    """The second registration fails, and the first stays."""
    name, first = next(iter(MUTANTS.items()))
    with pytest.raises(ValueError, match=f"the mutant {name} stands twice"):
        mutant(name, "ACC-01")(type("Again", (Gateway,), {}))
    assert MUTANTS[name] is first


def test_no_name_means_the_gateway_that_obeys() -> None:
    """None is the reference gateway itself; a known name is its mutant."""
    assert gateway_class(None) is Gateway
    assert gateway_class(None, "image-to-video") is CallbackGateway
    assert gateway_class("bills-timeouts") is MUTANTS["bills-timeouts"].gateway


@pytest.mark.parametrize(
    ("name", "dialect", "message"),
    [
        (None, "openai-videos", "the reference gateway speaks api-video and image-to-video, not 'openai-videos'"),
        ("bills-timeouts", "image-to-video", "the mutant 'bills-timeouts' belongs to the profile reference"),
        ("old-callback-believed", "api-video", "the mutant 'old-callback-believed' belongs to .* reference-callbacks"),
    ],
)
def test_a_mutant_stands_before_its_own_upstream(name: str | None, dialect: str, message: str) -> None:
    """Another dialect is refused, with the profile that the mutant is judged under."""
    with pytest.raises(VeosimError, match=message):
        gateway_class(name, dialect)


@every_mutant
def test_a_mutants_profile_speaks_its_dialect(wrong: Mutant) -> None:
    """Switched on in its bundled profile, the gateway can be made."""
    profile = with_mutant(find_profile(wrong.profile), wrong.name)
    assert profile.upstream.dialect == wrong.dialect
    assert gateway_class(wrong.name, profile.upstream.dialect) is wrong.gateway


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    """A typing error names what was meant."""
    with pytest.raises(VeosimError, match=r"no mutant is called 'bills-timeout'.*bills-timeouts"):
        gateway_class("bills-timeout")
