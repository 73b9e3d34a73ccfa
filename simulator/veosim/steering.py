"""How a request chooses its scenario and its namespace: by tags in its prompt, by its key.

Tags pass through any gateway, since a gateway forwards prompts: `[[stuck]]` asks for a scenario, `[[#run-7]]` for a
namespace. They are part of the prompt, and never taken out of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from veosim.errors import VeosimError, shown
from veosim.scenario.library import Library
from veosim.scenario.model import Scenario

_BRACKETS = re.compile(r"\[\[([^\[\]]*)\]\]")
_TAG = re.compile(r"(#?)([A-Za-z0-9][A-Za-z0-9._-]{0,63})")
_FORM = "a tag is [[SCENARIO]] or [[#NAMESPACE]], a name of 1 to 64 letters, digits, '.', '_' and '-'"

_SHOWN = 3
"""How many that are no tags a note shows."""

KEY_PREFIX = "sim-"
"""An API key that begins so asks for the scenario that it goes on to name."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a request asks for; None where it asks for nothing. `note` is for the journal."""

    scenario: Scenario | None = None
    namespace: str | None = None
    note: str = ""


@dataclass(slots=True)
class Steering:
    """The rules by which requests choose.

    Attributes:
        library: the scenarios that can be named.
        tags: whether tags in prompts count.
        strict: refuse what names no scenario or is no tag, instead of noting it in the journal.
        scenarios: by the fingerprint of an API key, the scenario that it plays.
        namespaces: by the fingerprint of an API key, the namespace that it lives in.
    """

    library: Library = field(default_factory=Library)
    tags: bool = True
    strict: bool = False
    scenarios: Mapping[str, str] = field(default_factory=dict)
    namespaces: Mapping[str, str] = field(default_factory=dict)

    def choose(self, prompt: str, key: str, wish: str) -> Choice:
        """What a submit asks for: a tag comes before a key. Of several tags of a kind the first that is known counts.

        Args:
            prompt: whole.
            key: the fingerprint of its credentials.
            wish: what the key itself names, as `sim-NAME` does.

        Raises:
            VeosimError: it names what there is not, and that is not allowed.
        """
        scenario, namespace = None, self.namespaces.get(key)
        unknown: list[str] = []
        malformed: list[str] = []
        for brackets in _BRACKETS.finditer(prompt) if self.tags and "[[" in prompt else ():
            tag = _TAG.fullmatch(brackets[1])
            if tag is None:
                malformed.append(self._malformed(brackets))
            elif tag[1]:
                namespace = self.namespaces.get(key) or tag[2]
            elif scenario is None:
                scenario = self._named(tag[2], unknown)
        named = self.scenarios.get(key) or wish
        if scenario is None and named:
            scenario = self._named(named, unknown)
        notes = [f"no scenario is called {', '.join(unknown)}"] if unknown else []
        notes += [f"no tag: {', '.join(malformed[:_SHOWN])}; {_FORM}"] if malformed else []
        return Choice(scenario, namespace, "; ".join(notes))

    def _malformed(self, brackets: re.Match[str]) -> str:
        """What a note shows of double brackets that hold no name."""
        found = shown(brackets[0])
        if self.strict:
            meant = f"[[{''.join(brackets[1].split())}]]"
            hint = f"; did you mean '{meant}'?" if _TAG.fullmatch(meant[2:-2]) else ""
            raise VeosimError(f"{found} is no tag: {_FORM}{hint}")
        return found

    def _named(self, name: str, unknown: list[str]) -> Scenario | None:
        if self.strict:
            return self.library.get(name)
        found = self.library.find(name)
        if found is None:
            unknown.append(repr(name))
        return found
