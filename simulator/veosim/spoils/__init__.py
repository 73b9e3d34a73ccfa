"""Ways to spoil an answer before it goes out, one file each; a scenario names them after `spoil:`."""

from collections.abc import Mapping

from veosim.scenario.exchanges import SpoilWord
from veosim.spoils.bad_json import bad_json
from veosim.spoils.base import Spoil, Spoilable
from veosim.spoils.empty_body import empty_body
from veosim.spoils.goes_back import goes_back
from veosim.spoils.html import html
from veosim.spoils.huge_body import huge_body
from veosim.spoils.no_id import no_id
from veosim.spoils.no_url import no_url
from veosim.spoils.redirect import redirect
from veosim.spoils.unknown_status import unknown_status
from veosim.spoils.wrong_content_type import wrong_content_type
from veosim.spoils.wrong_types import wrong_types

SPOILS: Mapping[SpoilWord, Spoil] = {
    "bad-json": bad_json,
    "empty-body": empty_body,
    "html": html,
    "wrong-content-type": wrong_content_type,
    "unknown-status": unknown_status,
    "wrong-types": wrong_types,
    "no-id": no_id,
    "no-url": no_url,
    "huge-body": huge_body,
    "goes-back": goes_back,
    "redirect": redirect,
}

__all__ = ["SPOILS", "Spoil", "Spoilable"]
