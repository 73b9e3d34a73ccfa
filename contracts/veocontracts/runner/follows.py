"""What follows from a profile, before anything is started: time mode, enum tables, and what can be judged at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from veocontracts.documents import answer_schema, document, pointers_of, schemas_at
from veocontracts.faces import Face
from veocontracts.profile import Profile
from veocontracts.runner.plan import plan
from veocontracts.runner.run import EVERYTHING, choose, setting_of, usable_modes
from veocontracts.runner.terms_of import Probed
from veocontracts.setting import Scope
from veocontracts.tally import Tallies
from veocontracts.timing.modes import describe
from veocontracts.verdict import Verdict, results
from veosim.errors import did_you_mean
from veosim.units import show_duration


def follows(
    profile: Profile, only: Sequence[str] = (), scope: Scope = EVERYTHING, *, real_time: bool = False
) -> Mapping[str, str]:
    """Each thing that follows, in words.

    Raises:
        UnusableError: there is no time mode in which the gateway could be judged.
    """
    modes = usable_modes(profile, real_time=real_time)
    setting = setting_of(profile, 0, Probed(), scope, modes[0])
    terms, rules = setting.terms, choose(profile, only)
    lines = results(Tallies(), rules, terms, profile.waive)
    left_out = {line.rule.id: line.reason for line in lines if line.verdict is Verdict.SKIP}
    found = {
        "time mode": "; where its clock does not move, ".join(describe(mode) for mode in modes),
        "why": modes[0].note,
        "not told apart": show_duration(terms.tolerance),
        **{f"values of {field}": ", ".join(map(repr, values)) for field, values in terms.enums.items()},
        **unlisted(profile, setting.face),
        **{f"skipped {rule_id}": reason for rule_id, reason in left_out.items()},
        "the run": plan(profile, only, scope, real_time=real_time),
    }
    return {name: text for name, text in found.items() if text}


def unlisted(profile: Profile, face: Face) -> Mapping[str, str]:
    """Where a job is to show its charge and the API's document lists nothing: it may still be there, or be misspelt."""
    described = document(face.document)
    read = answer_schema(described, "get", face.job_path, 200)
    listed, job, found = pointers_of(described, read), profile.ledger.job, {}
    for name in ("units", "cost"):
        pointer = getattr(job, name, None)
        if pointer is not None and listed and not schemas_at(described, read, pointer):
            hint = did_you_mean(pointer, listed)
            told = f"the document lists no {pointer} in the 200 of GET {face.job_path}"
            found[f"ledger.job.{name}"] = f"{told}; {hint}" if hint else told
    return found
