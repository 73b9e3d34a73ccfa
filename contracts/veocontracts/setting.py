"""All that a run is determined by: whose gateway, how much is tried, from which seed, in which time mode."""

from __future__ import annotations

from dataclasses import dataclass

from veocontracts.effort import DEFAULT_EFFORT, Effort
from veocontracts.faces import Face
from veocontracts.profile import Profile
from veocontracts.recording import Recording
from veocontracts.terms import Terms
from veocontracts.timing.modes import VIRTUAL, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How much a run tries.

    Attributes:
        regressions: what is driven again, before all else.
        workloads: only these; none means all.
        effort: what the run may spend.
    """

    regressions: tuple[Recording, ...] = ()
    workloads: frozenset[str] = frozenset()
    effort: Effort = DEFAULT_EFFORT


@dataclass(frozen=True, slots=True)
class Setting:
    """All that a run is determined by; it travels to the process that runs the cases."""

    profile: Profile
    face: Face
    terms: Terms
    seed: int
    phase: int = 0
    """Nanoseconds that a case waits before it begins, so that poll phases are drawn too."""
    scope: Scope = Scope()
    mode: Mode = VIRTUAL
