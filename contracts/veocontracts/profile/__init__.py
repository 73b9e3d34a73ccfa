"""A profile: all that a gateway's owner writes about it, in one YAML file."""

from veocontracts.profile.auth import Auth, KeyRole
from veocontracts.profile.clock import SCALED_TOLERANCE, Timeout
from veocontracts.profile.ledger import HttpLedger, Ledger
from veocontracts.profile.load import load_profile
from veocontracts.profile.model import Capabilities, GatewayName, Profile, Webhooks, Words
from veocontracts.profile.target import AsgiTarget, ProcessTarget, Target
from veocontracts.profile.upstream import Upstream

__all__ = [
    "SCALED_TOLERANCE",
    "AsgiTarget",
    "Auth",
    "Capabilities",
    "GatewayName",
    "HttpLedger",
    "KeyRole",
    "Ledger",
    "ProcessTarget",
    "Profile",
    "Target",
    "Timeout",
    "Upstream",
    "Webhooks",
    "Words",
    "load_profile",
]
