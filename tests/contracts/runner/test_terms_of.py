"""A profile's terms."""

import pytest
from tests.support.stories import a_history, poll, read, submit, upstream

from veocontracts.faces import face
from veocontracts.profile import Capabilities, Words
from veocontracts.profiles import find_profile
from veocontracts.rules import RULES
from veocontracts.runner.terms_of import CAPABILITIES, Probed, terms_of


@pytest.mark.parametrize("declared", [(), ("upload",), ("webhooks", "callbacks"), CAPABILITIES])
def test_capabilities_are_what_the_profile_declares(declared: tuple[str, ...]) -> None:
    """No more and no less: rules about the others are skipped."""
    capabilities = Capabilities(**dict.fromkeys(declared, True))
    profile = find_profile("reference").model_copy(update={"capabilities": capabilities})
    assert terms_of(profile, face(profile.api), Probed()).capabilities == set(declared)


def test_declared_words_replace_the_face_s() -> None:
    """State by state; what is not declared stays as documented, and a replaced word is unknown."""
    profile = find_profile("reference")
    words = Words(queued=("pending", "waiting"), running=("in_progress",))
    terms = terms_of(profile.model_copy(update={"words": words}), face(profile.api), Probed())
    assert terms.words == {
        "queued": ("pending", "waiting"),
        "running": ("in_progress",),
        "completed": ("completed",),
        "failed": ("failed",),
    }
    assert [terms.state_of(word) for word in ("waiting", "in_progress", "failed", "queued")] == [
        "queued",
        "running",
        "failed",
        "",
    ]


def test_a_gateway_of_other_words_keeps_to_the_states() -> None:
    """LIFE-02 finds nothing wrong with `pending` and `in_progress` where the profile declares them."""
    profile = find_profile("reference")
    words = Words(queued=("pending",), running=("in_progress",))
    terms = terms_of(profile.model_copy(update={"words": words}), face(profile.api), Probed())
    seen = ("pending", "in_progress", "completed", "completed")
    reads = [read(word, at=at, state=terms.state_of(word)) for at, word in zip((1, 20, 40, 80), seen, strict=True)]
    history = a_history(submit(), upstream(ready=30), poll("success", at=31), *reads, terms=terms)
    assert {found.held for found in RULES["LIFE-02"].judge(history)} == {True}


def test_every_capability_of_the_terms_can_be_declared() -> None:
    """The two lists are one."""
    assert set(CAPABILITIES) == set(Capabilities.model_fields)
