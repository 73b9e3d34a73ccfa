"""What a command is about: the rules that it names, and the profile of the gateway."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from veocontracts.profile import Profile
from veocontracts.profiles import BUNDLED, find_profile, with_mutant
from veocontracts.reference.mutants import gateway_class
from veocontracts.rules import Rule
from veocontracts.setting import Scope
from veosim.errors import VeosimError


def profile_option(name: str, mutant: str | None) -> Profile:
    """The profile of that name, with the reference gateway broken where a mutant is named."""
    profile = find_profile(name)
    if mutant is None:
        return profile
    if name not in BUNDLED:
        raise VeosimError("--mutant breaks the reference gateway; it cannot break another one")
    gateway_class(mutant)  # an unknown one is named now, not by a child process
    return with_mutant(profile, mutant)


def unjudged(scope: Scope, rules: Collection[Rule]) -> Iterator[str]:
    """A line for each regression that this run leaves out, since its rule is not among those that it judges."""
    ids = {rule.id for rule in rules}
    for recording in scope.regressions:
        if recording.head.rule and recording.head.rule not in ids:
            yield f"not judged: the regression {recording.history.case!r}, since {recording.head.rule} is not selected"
