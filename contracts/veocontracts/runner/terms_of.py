"""A profile's terms: what was agreed, completed by what the probe measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from veocontracts.faces import Face
from veocontracts.profile import SCALED_TOLERANCE, Profile
from veocontracts.terms import Capability, LedgerPower, Terms
from veosim.units import SECOND

KNOBS = frozenset({"job_timeout", "poll_interval", "rate_window"})
CAPABILITIES: tuple[Capability, ...] = get_args(Capability)


@dataclass(frozen=True, slots=True)
class Probed:
    """What the first job of a run showed."""

    poll_gap: int = 0
    clock_proved: bool = True
    clock_note: str = ""


def mode_of(profile: Profile) -> str:
    """`virtual` in this process, `scaled` for a process of its own."""
    return "virtual" if profile.target.asgi is not None else "scaled"


def factor_of(profile: Profile) -> float:
    """How many times as fast as real time the history's clock runs; 1 where it is virtual."""
    clock = profile.timeout.clock
    return clock.scaled.factor if clock is not None and profile.target.asgi is None else 1.0


def ledger_of(profile: Profile) -> frozenset[LedgerPower]:
    """What the profile's ledgers can prove."""
    powers: set[LedgerPower] = set()
    if profile.ledger.job is not None:
        powers.add("job")
    if profile.ledger.http is not None:
        powers.add("entries")
    return frozenset(powers)


def capabilities_of(profile: Profile) -> frozenset[Capability]:
    """What the profile declares the gateway to have."""
    declared = profile.capabilities
    return frozenset(name for name in CAPABILITIES if getattr(declared, name))


def terms_of(profile: Profile, face: Face, probed: Probed) -> Terms:
    """The terms that every history of this run opens with.

    `accept_within` is about real latency, so in scaled time it grows with the factor.
    """
    scaled = mode_of(profile) == "scaled"
    timeout = profile.timeout
    gap = probed.poll_gap if timeout.poll_gap is None else timeout.poll_gap
    declared = frozenset(timeout.clock.scaled.env) if timeout.clock is not None else frozenset[str]()
    return Terms(
        price=profile.price.per_second,
        currency=profile.price.currency,
        timeout=timeout.after,
        grace=max(gap, SECOND) if timeout.grace is None else timeout.grace,
        mode=mode_of(profile),
        tolerance=round(SCALED_TOLERANCE * factor_of(profile)) if scaled else 0,
        clock_proved=probed.clock_proved,
        clock_note=probed.clock_note,
        poll_gap=gap,
        missing=KNOBS - declared if scaled else frozenset(),
        refuses=profile.refuses,
        accept_within=round(profile.accept_within * factor_of(profile)),
        counts_polls=profile.limits.counts_polls,
        submits_per_minute=profile.limits.submits_per_minute,
        own_keys=profile.auth.mint is not None or not scaled,
        ledger=ledger_of(profile),
        enums=face.enums,
        defaults=face.defaults,
        capabilities=capabilities_of(profile),
        dialect=profile.upstream.dialect,
        signed_callbacks=profile.upstream.signed,
        words={state: getattr(profile.words, state) or words for state, words in face.words.items()},
    )
