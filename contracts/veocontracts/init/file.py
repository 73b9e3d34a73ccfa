"""The profile as a file that its owner goes on with: what is known as values, what is not as comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from veocontracts.init.answers import Answers
from veocontracts.init.findings import Findings
from veocontracts.places import UPSTREAM_URL
from veocontracts.profile import ScaledTime, Timeout
from veocontracts.timing.running import divided

ROLES: Mapping[str, str] = {
    "other": "a second key of full rights: without it nobody can tell whether jobs are private",
    "unentitled": "a key that is known, and may not call these services",
}

_PLAIN = re.compile(r"(?!(?:true|false|null)$)[A-Za-z/][A-Za-z0-9_/.-]*|\d+s", re.IGNORECASE)
"""Texts that are themselves without quotes."""


def profile_text(answers: Answers, findings: Findings) -> str:
    """The file's text, which `veocontracts.profile.load_profile` reads."""
    sections = (
        _head(answers, findings),
        _target(answers),
        _upstream(answers),
        _api(answers, findings),
        _auth(answers),
        _ledger(findings),
        _timeout(answers),
        _terms(),
    )
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _flow(value: Any) -> str:
    """A value on one line. Mappings have plain keys, as people write them; JSON's texts are YAML's too."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, Sequence):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return json.dumps(value)


def _head(answers: Answers, findings: Findings) -> Iterator[str]:
    yield f"# How veosim judges {answers.name}: veosim check --profile FILE"
    yield "# A profile runs code: its command, or its factory."
    if findings.trouble:
        yield "# NOT READY: " + findings.trouble.replace("\n", "\n# ")
    for note in findings.missing:
        yield f"# To do: {note}"
    yield "profile: 1"
    yield f"gateway: {_flow({'name': answers.name})}"


def _target(answers: Answers) -> Iterator[str]:
    if answers.url:
        yield "# It runs already; its own upstream address must be the one below, under `upstream`."
        yield "target:"
        yield f"  http: {_flow({'base_url': answers.url})}"
    elif answers.factory:
        yield "# A factory of an ASGI app, in virtual time: every case gets an app of its own."
        yield "target:"
        yield "  asgi:"
        yield f"    factory: {_flow(answers.factory)}"
        yield f"    kwargs: {_flow({answers.upstream_variable: UPSTREAM_URL})}"
    else:
        yield "# How it is started: {port}, {upstream_url} and {data} (an empty folder) are filled in."
        yield "target:"
        yield "  process:"
        yield f"    command: {_flow(answers.command)}"
        yield f"    env: {_flow({answers.upstream_variable: UPSTREAM_URL})}"
        yield f"    ready: {_flow({'get': answers.ready, 'within': '20s'})}"


def _upstream(answers: Answers) -> Iterator[str]:
    yield "# What the fake upstream speaks" + (", and where" if answers.url else "") + "."
    spec = {"dialect": answers.dialect} | ({"listen": answers.listen} if answers.url else {})
    yield f"upstream: {_flow(spec)}"


def _api(answers: Answers, findings: Findings) -> Iterator[str]:
    yield "# Its own API, from whose document all enum values come; how to spell out another one: docs/faces.md."
    yield f"api: {_flow(answers.api)}"
    if findings.services != ("text", "image"):
        yield f"services: {_flow(findings.services)} # the others were refused"
    if findings.words:
        yield f"words: {_flow(findings.words)} # as seen"


def _auth(answers: Answers) -> Iterator[str]:
    yield "# The keys of its clients; ${…} comes from the environment, and never shows."
    yield "auth:"
    yield f"  header: {_flow(answers.header)}"
    yield "  keys:"
    for role, variable in answers.keys:
        yield f"    {role}: {_flow('${' + variable + '}')}"
    for role, about in ROLES.items():
        if role not in dict(answers.keys):
            yield f'    # {role}: "${{…}}" # {about}'
    if answers.mint:
        yield f"  mint: {_flow(answers.mint)} # each case has a key of its own"
    else:
        yield '  # mint: "test-{n}" # a pattern of keys that it will know: cases need not wait for each other\'s minute'


def _ledger(findings: Findings) -> Iterator[str]:
    yield "# Where charges can be seen. Kinds, and what each can prove: docs/ledgers.md."
    known = {
        **({"job": dict(findings.job_ledger)} if findings.job_ledger else {}),
        **({"http": dict(findings.charges)} if findings.charges else {}),
    }
    if not known:
        yield "# None was found: rules about money stay INCONCLUSIVE until there is one."
        yield "ledger: {}"
        return
    yield "ledger:"
    for kind, spec in known.items():
        yield f"  {kind}: {_flow(spec)}"


def _timeout(answers: Answers) -> Iterator[str]:
    yield "# The 600 s, and how time passes; what each mode may claim: docs/time.md."
    yield "timeout:"
    yield "  after: 600s"
    yield "  from: accept # the documents do not say from when (inferred)"
    clocks: dict[str, Any] = {}
    if answers.command and answers.is_faketime:
        clocks["faketime"] = {"rate": answers.factor}
    if answers.knobs:
        given = {"declared": [knob for knob, _ in answers.knobs]} if answers.url else {"env": dict(answers.knobs)}
        clocks["scaled"] = {"factor": answers.factor, **given}
    if not clocks:
        return
    yield "  clock:"
    if answers.url:
        times = divided(Timeout(), ScaledTime(factor=answers.factor))
        told = ", ".join(f"{name}={times[knob]}" for knob, name in answers.knobs)
        yield f"    # It runs already, so it is its operator who sets these, in seconds: {told}"
    for kind, spec in clocks.items():
        yield f"    {kind}: {_flow(spec)}"


def _terms() -> Iterator[str]:
    yield "# What was agreed with its clients."
    yield 'price: {per_second: "1.50", currency: USD}'
    yield "limits: {submits_per_minute: 60}"
    yield "capabilities: {upload: false, webhooks: false, restart: false, callbacks: false}"
