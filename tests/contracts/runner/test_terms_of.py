"""A profile's terms."""

import pytest

from veocontracts.face import face
from veocontracts.profile import Capabilities
from veocontracts.profiles import find_profile
from veocontracts.runner.terms_of import CAPABILITIES, Probed, terms_of


@pytest.mark.parametrize("declared", [(), ("upload",), ("webhooks", "callbacks"), CAPABILITIES])
def test_capabilities_are_what_the_profile_declares(declared: tuple[str, ...]) -> None:
    """No more and no less: rules about the others are skipped."""
    capabilities = Capabilities(**dict.fromkeys(declared, True))
    profile = find_profile("reference").model_copy(update={"capabilities": capabilities})
    assert terms_of(profile, face(profile.api), Probed()).capabilities == set(declared)


def test_every_capability_of_the_terms_can_be_declared() -> None:
    """The two lists are one."""
    assert set(CAPABILITIES) == set(Capabilities.model_fields)
