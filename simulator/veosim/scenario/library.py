"""The scenarios that can be asked for by name: those that ship, and those that were added."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from veosim.errors import VeosimError, did_you_mean
from veosim.resources import scenario_files
from veosim.scenario.load import load_scenario
from veosim.scenario.model import DEFAULT, Scenario


class Library:
    """Names and what they stand for. What was added comes before what ships; a shipped file is read when first used.

    Args:
        added: scenarios that are there from the beginning, and again after each reset.
        path_of: the file that a scenario of these was read from, by its name; None for one that no file says.
    """

    def __init__(self, added: Iterable[Scenario] = (), path_of: Callable[[str], str | None] = lambda _: None) -> None:
        self._path_of = path_of
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

    def shelve(self, scenario: Scenario) -> None:
        """Add a scenario that a file says now: a reset keeps it as it is here."""
        self._first = (*(each for each in self._first if each.scenario != scenario.scenario), scenario)
        self.add(scenario)

    def withdraw(self, name: str) -> None:
        """Forget a scenario whose file is gone; one that ships with that name can be asked for again."""
        self._first = tuple(each for each in self._first if each.scenario != name)
        self._scenarios.pop(name, None)
        self._added.discard(name)
        self._scenarios.setdefault(DEFAULT.scenario, DEFAULT)

    def is_late(self, name: str) -> bool:
        """Whether a scenario of that name was added since the beginning, and is of no file."""
        return name in self._added and not any(self._scenarios[name] is each for each in self._first)

    def take_back(self, name: str) -> None:
        """Forget what was added late; whatever had its name before has it again."""
        self._added.remove(name)
        del self._scenarios[name]
        self._scenarios.setdefault(DEFAULT.scenario, DEFAULT)
        for scenario in self._first:
            if scenario.scenario == name:
                self.add(scenario)

    def reset(self) -> None:
        """Forget what was added since the beginning."""
        for name in self._added:
            del self._scenarios[name]
        self._added.clear()
        self._scenarios[DEFAULT.scenario] = DEFAULT
        for scenario in self._first:
            self.add(scenario)

    def origin(self, name: str) -> str:
        """Where a scenario of these comes from: its file, `added`, the folder that it ships in, or `built in`."""
        if name in self._added:
            return (None if self.is_late(name) else self._path_of(name)) or "added"
        return self._shipped[name].parent.name if name in self._shipped else "built in"

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
