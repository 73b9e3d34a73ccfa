"""What the simulator plays for the gateway."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from veosim.dialects import DIALECTS
from veosim.errors import did_you_mean, shown
from veosim.yamlfile import Strict


def _dialect(value: object) -> object:
    if isinstance(value, str) and value not in DIALECTS:
        hint = did_you_mean(value, DIALECTS)
        problem = f"no dialect is called {shown(value)}"
        raise PydanticCustomError(
            "dialect", "{problem}", {"problem": problem, "allowed": ", ".join(DIALECTS), "hint": hint}
        )
    return value


class Upstream(Strict):
    """What the simulator plays. `signs`: whether its callbacks are signed, with `{callback_secret}`."""

    dialect: Annotated[str, BeforeValidator(_dialect)] = "api-video"
    signs: bool | None = None

    @property
    def signed(self) -> bool:
        """Whether callbacks are signed: as the dialect documents it, unless the profile says."""
        return DIALECTS[self.dialect].signs if self.signs is None else self.signs
