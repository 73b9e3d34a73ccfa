"""veosim: a fake upstream for gateways that sell Google Veo video.

The public names are imported from here; everything else is an implementation detail. They are loaded when first used:
pytest imports this package in every run of an environment that has it, for the plugin's sake.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from veosim.clock import Clock, ManualClock, RealClock, ScaledClock
    from veosim.errors import SourceError, VeosimError
    from veosim.job import Job, JobView, Outcome, Plan, State
    from veosim.journal import Exchange, Journal
    from veosim.scenario.load import load_scenario, parse_scenario
    from veosim.scenario.model import Scenario
    from veosim.simulator import Simulator

__version__ = "0.1.0"

__all__ = [
    "Clock",
    "Exchange",
    "Job",
    "JobView",
    "Journal",
    "ManualClock",
    "Outcome",
    "Plan",
    "RealClock",
    "ScaledClock",
    "Scenario",
    "Simulator",
    "SourceError",
    "State",
    "VeosimError",
    "load_scenario",
    "parse_scenario",
]

_HOMES = {
    "Clock": "veosim.clock",
    "Exchange": "veosim.journal",
    "Job": "veosim.job",
    "JobView": "veosim.job",
    "Journal": "veosim.journal",
    "ManualClock": "veosim.clock",
    "Outcome": "veosim.job",
    "Plan": "veosim.job",
    "RealClock": "veosim.clock",
    "ScaledClock": "veosim.clock",
    "Scenario": "veosim.scenario.model",
    "Simulator": "veosim.simulator",
    "SourceError": "veosim.errors",
    "State": "veosim.job",
    "VeosimError": "veosim.errors",
    "load_scenario": "veosim.scenario.load",
    "parse_scenario": "veosim.scenario.load",
}


def __getattr__(name: str) -> object:
    """A public name, from the module that defines it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    """The public names too, loaded or not."""
    return sorted({*globals(), *__all__})
