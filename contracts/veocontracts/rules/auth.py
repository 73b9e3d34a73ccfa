"""AUTH: who may. The prerequisites are documented; the codes 401 and 403 are practice."""

from __future__ import annotations

from collections.abc import Iterator

from veocontracts.events import Read
from veocontracts.history import History
from veocontracts.rules.base import Observation, Source, judged, rule

PREREQUISITES = Source(("000", "001"), "Quickstart: Prerequisites; the status code is practice", "practice")


@rule(
    "AUTH-01",
    "Without a key, or with an unknown one, submits and reads are answered with 401.",
    PREREQUISITES,
    witness="a submit or a read with no key or an unknown one",
    grains=("submit", "read"),
)
def known_keys_only(history: History) -> Iterator[Observation]:
    """401 on submits and on reads."""
    for story in history.stories:
        submit = story.submit
        if submit.key in {"none", "unknown"}:
            yield judged(story, submit.status == 401, "401", submit.status, submit.answered_at, "submit")
    for read in history.of(Read):
        if read.key in {"none", "unknown"}:
            yield Observation(read.label, read.status == 401, "read", "401", str(read.status), read.answered_at)


@rule(
    "AUTH-02",
    "A key that does not allow the service is answered with 403.",
    PREREQUISITES,
    witness="a submit with a key whose allowed services lack the one called",
    shows=("entitlement",),
)
def allowed_services_only(history: History) -> Iterator[Observation]:
    """403."""
    for story in history.stories:
        submit = story.submit
        if submit.key == "unentitled":
            yield judged(story, submit.status == 403, "403", submit.status, submit.answered_at)
