"""veosim: a fake upstream for gateways that sell Google Veo video.

The public names are imported from here; everything else is an implementation detail.
"""

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
