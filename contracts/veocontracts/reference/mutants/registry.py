"""The table of mutants. One overrides one method in at most 15 lines and is caught by its primary rule alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from veocontracts.reference.callbacks import CallbackGateway
from veocontracts.reference.gateway import Gateway
from veosim.errors import VeosimError, did_you_mean

GATEWAYS: Mapping[str, type[Gateway]] = {"api-video": Gateway, "image-to-video": CallbackGateway}
"""The gateways that obey every rule, by the dialect of their upstream."""

PROFILES = {"reference": "api-video", "reference-callbacks": "image-to-video"}
"""The bundled profiles that mutants are judged under, and the dialects of their upstreams."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One defect.

    Attributes:
        name: what it does, as words joined by hyphens.
        primary: the rule that must turn red, also when it is the only one selected.
        also: further rules that turn red, at most three, each with the reason.
        gateway: the reference gateway with the defect.
        profile: the bundled profile that it is judged under.
    """

    name: str
    primary: str
    gateway: type[Gateway]
    also: Mapping[str, str] = field(default_factory=dict)
    profile: str = "reference"

    @property
    def about(self) -> str:
        """The defect in one sentence."""
        return (self.gateway.__doc__ or "").strip().splitlines()[0]

    @property
    def dialect(self) -> str:
        """What its upstream speaks."""
        return PROFILES[self.profile]


MUTANTS: dict[str, Mutant] = {}


def mutant(name: str, primary: str, **also: str) -> Callable[[type[Gateway]], type[Gateway]]:
    """Register a subclass of a reference gateway. Further rules are keywords such as `BILL_08="the reason"`."""

    def register(gateway: type[Gateway]) -> type[Gateway]:
        if name in MUTANTS:
            raise ValueError(f"the mutant {name} stands twice")
        reasons = {rule.replace("_", "-"): reason for rule, reason in also.items()}
        profile = "reference-callbacks" if issubclass(gateway, CallbackGateway) else "reference"
        MUTANTS[name] = Mutant(name, primary, gateway, reasons, profile)
        return gateway

    return register


def gateway_class(name: str | None, dialect: str = "api-video") -> type[Gateway]:
    """The class behind a mutant's name; None is the gateway that obeys every rule.

    Raises:
        VeosimError: no mutant has that name, or it is one in front of another upstream.
    """
    if dialect not in GATEWAYS:
        raise VeosimError(f"the reference gateway speaks {' and '.join(GATEWAYS)}, not {dialect!r}")
    if name is None:
        return GATEWAYS[dialect]
    if name not in MUTANTS:
        raise VeosimError(f"no mutant is called {name!r}; {did_you_mean(name, MUTANTS) or ', '.join(MUTANTS)}")
    if MUTANTS[name].dialect != dialect:
        raise VeosimError(f"the mutant {name!r} belongs to the profile {MUTANTS[name].profile}")
    return MUTANTS[name].gateway
