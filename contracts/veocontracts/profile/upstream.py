"""What the simulator plays for the gateway."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from veocontracts.profile.target import LAST_PORT, BaseUrl
from veosim.dialects import DIALECTS
from veosim.errors import did_you_mean, shown
from veosim.yamlfile import Strict, contradiction


def _dialect(value: object) -> object:
    if isinstance(value, str) and value not in DIALECTS:
        hint = did_you_mean(value, DIALECTS)
        problem = f"no dialect is called {shown(value)}"
        raise PydanticCustomError(
            "dialect", "{problem}", {"problem": problem, "allowed": ", ".join(DIALECTS), "hint": hint}
        )
    return value


def _listen(value: str) -> str:
    if _PLACE.fullmatch(value) is None or int(value.rpartition(":")[2]) > LAST_PORT:
        allowed = "host:port of this machine, such as 127.0.0.1:8410; port 0 is any free one, 65535 the last"
        raise PydanticCustomError("listen", "{problem}", {"problem": f"found {shown(value)}", "allowed": allowed})
    return value


def _key(value: str) -> str:
    if _KEY.fullmatch(value) is None:
        raise contradiction("a key is one or more plain ASCII characters without blanks; is its variable empty?")
    return value


_PLACE = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:\s]+):\d{1,5}", re.ASCII)
_KEY = re.compile(r"[!-~]+")
ANY_KEY = "any-key"


class Upstream(Strict):
    """What the simulator plays, and where.

    Attributes:
        signs: whether its callbacks are signed, with `{callback_secret}`.
        listen: `host:port` of this machine; port 0 is any free one.
        public_url: the address by which the gateway reaches it, where that is another one.
        key: the only one that it takes from the gateway; `{upstream_key}`.
    """

    dialect: Annotated[str, BeforeValidator(_dialect)] = "api-video"
    signs: bool | None = None
    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:0"
    public_url: BaseUrl | None = None
    key: Annotated[str, AfterValidator(_key)] | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it takes; without any, it takes all."""
        return () if self.key is None else (self.key,)

    @property
    def given_key(self) -> str:
        """What the gateway is told to send."""
        return self.key or ANY_KEY

    @property
    def place(self) -> tuple[str, int]:
        """Host and port to listen on."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def signed(self) -> bool:
        """Whether callbacks are signed: as the dialect documents it, unless the profile says."""
        return DIALECTS[self.dialect].signs if self.signs is None else self.signs
