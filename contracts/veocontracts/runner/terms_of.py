"""A profile's terms: what was agreed, completed by what the probe measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from veocontracts.faces import Face
from veocontracts.ledger import powers_of
from veocontracts.profile import Profile
from veocontracts.terms import Capability, Terms
from veocontracts.timing.modes import VIRTUAL, Mode
from veosim.units import SECOND

KNOBS = frozenset({"job_timeout", "poll_interval", "rate_window"})
CAPABILITIES: tuple[Capability, ...] = get_args(Capability)


@dataclass(frozen=True, slots=True)
class Probed:
    """What the first job of a run showed."""

    poll_gap: int = 0
    clock_proved: bool = True
    clock_note: str = ""


def capabilities_of(profile: Profile) -> frozenset[Capability]:
    """What the profile declares the gateway to have."""
    declared = profile.capabilities
    return frozenset(name for name in CAPABILITIES if getattr(declared, name))


def lacks_of(profile: Profile, face: Face) -> dict[str, str]:
    """What the face lacks; a key without the services shows that the gateway knows them, whatever its API."""
    known = {"entitlement"} if "unentitled" in profile.auth.keys else frozenset[str]()
    return {fact: reason for fact, reason in face.lacks.items() if fact not in known}


def missing_of(profile: Profile, mode: Mode) -> frozenset[str]:
    """The gateway's times that stay as they are although the history's clock is scaled."""
    scaled = profile.timeout.clock.scaled
    if mode.name != "scaled" or scaled is None:
        return frozenset()
    return KNOBS - {*scaled.env, *scaled.declared}


def terms_of(profile: Profile, face: Face, probed: Probed, mode: Mode = VIRTUAL) -> Terms:
    """The terms that every history of this run opens with.

    `accept_within` is about real latency, so it grows with the history's clock.
    """
    timeout = profile.timeout
    gap = probed.poll_gap if timeout.poll_gap is None else timeout.poll_gap
    return Terms(
        price=profile.price.per_second,
        currency=profile.price.currency,
        timeout=timeout.after,
        grace=max(gap, SECOND) if timeout.grace is None else timeout.grace,
        mode=mode.name,
        tolerance=mode.tolerance,
        clock_proved=probed.clock_proved,
        clock_note="; ".join(filter(None, (probed.clock_note, mode.note))),
        poll_gap=gap,
        missing=missing_of(profile, mode),
        refuses=profile.refuses,
        accept_within=round(profile.accept_within * mode.factor),
        counts_polls=profile.limits.counts_polls,
        submits_per_minute=profile.limits.submits_per_minute,
        own_keys=profile.auth.mint is not None or mode == VIRTUAL,
        ledger=powers_of(profile),
        settle=profile.ledger.settle or 0,
        rounded=profile.price.round == "cent",
        enums=face.enums,
        defaults=face.defaults,
        lacks=lacks_of(profile, face),
        accepted=face.accepted,
        unknown=face.unknown,
        speaks=face.speaks,
        capabilities=capabilities_of(profile),
        dialect=profile.upstream.dialect,
        signed_callbacks=profile.upstream.signed,
        words={state: getattr(profile.words, state) or words for state, words in face.words.items()},
    )
