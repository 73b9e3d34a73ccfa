"""A profile: all that a gateway's owner writes about it, in one YAML file."""

from veocontracts.profile.auth import Auth, KeyRole
from veocontracts.profile.clock import REAL_TOLERANCE, Advance, Faketime, OwnClock, ScaledTime, Timeout, TimeoutClock
from veocontracts.profile.ledger import (
    Amounts,
    BalanceLedger,
    CommandLedger,
    Entries,
    FileLedger,
    HeaderLedger,
    HttpLedger,
    Ledger,
    SqlLedger,
)
from veocontracts.profile.load import load_profile
from veocontracts.profile.model import Capabilities, GatewayName, Profile, Webhooks
from veocontracts.profile.target import AsgiTarget, ProcessTarget, Ready, Target
from veocontracts.profile.upstream import Upstream
from veocontracts.profile.words import Words

__all__ = [
    "REAL_TOLERANCE",
    "Advance",
    "Amounts",
    "AsgiTarget",
    "Auth",
    "BalanceLedger",
    "Capabilities",
    "CommandLedger",
    "Entries",
    "Faketime",
    "FileLedger",
    "GatewayName",
    "HeaderLedger",
    "HttpLedger",
    "KeyRole",
    "Ledger",
    "OwnClock",
    "ProcessTarget",
    "Profile",
    "Ready",
    "ScaledTime",
    "SqlLedger",
    "Target",
    "Timeout",
    "TimeoutClock",
    "Upstream",
    "Webhooks",
    "Words",
    "load_profile",
]
