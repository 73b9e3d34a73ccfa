"""The scenarios that can be asked for by name: those that ship, and those that were added."""

from __future__ import annotations

from collections.abc import Iterable

from veosim.errors import VeosimError, did_you_mean
from veosim.resources import scenario_files
from veosim.scenario.load import load_scenario
from veosim.scenario.model import DEFAULT, Scenario


class Library:
    """Names and what they stand for. What was added comes before what ships; a shipped file is read when first used."""

    def __init__(self, added: Iterable[Scenario] = ()) -> None:
        self._shipped = scenario_files()
        self._scenarios = {DEFAULT.scenario: DEFAULT}
        self._added: set[str] = set()
        self._first = tuple(added)
        for scenario in self._first:
            self.add(scenario)

    @property
    def names(self) -> list[str]:
        """All of them, sorted."""
        return sorted({*self._scenarios, *self._shipped})

    def add(self, scenario: Scenario) -> None:
        """Let a scenario be asked for by its name; one of the same name is replaced."""
        self._scenarios[scenario.scenario] = scenario
        self._added.add(scenario.scenario)

    def reset(self) -> None:
        """Forget what was added since the beginning."""
        for name in self._added:
            del self._scenarios[name]
        self._added.clear()
        self._scenarios[DEFAULT.scenario] = DEFAULT
        for scenario in self._first:
            self.add(scenario)

    def origin(self, name: str) -> str:
        """Where a scenario of these comes from: `added`, the folder of `scenarios/` that it ships in, or `built in`."""
        if name in self._added or name not in self._shipped:
            return "added" if name in self._added else "built in"
        return self._shipped[name].parent.name

    def find(self, name: str) -> Scenario | None:
        """The scenario of that name, or None."""
        if name not in self._scenarios and name in self._shipped:
            self._scenarios[name] = load_scenario(name)
        return self._scenarios.get(name)

    def get(self, name: str) -> Scenario:
        """The scenario of that name.

        Raises:
            VeosimError: there is none; the text lists those there are.
        """
        found = self.find(name)
        if found is None:
            hint = did_you_mean(name, self.names)
            raise VeosimError(
                f"no scenario is called {name!r}; there are {', '.join(self.names)}" + (hint and f"; {hint}")
            )
        return found
