"""A job and what it costs, and the settings of the whole gateway, which come from the environment."""

# ruff: noqa: TID251  a gateway of its own: nobody hands it ids or chance

from __future__ import annotations

import os
import secrets
import string
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

JOB_TIMEOUT = float(os.environ.get("JOB_TIMEOUT_S", "600"))
POLL_INTERVAL = float(os.environ.get("POLL_INTERVAL_S", "20"))
RATE_WINDOW = float(os.environ.get("RATE_WINDOW_S", "60"))
BUGS = os.environ.get("PLANTED_BUGS") == "1"

PRICE = Decimal("1.50")
LETTERS = string.ascii_letters + string.digits


def new_id() -> str:
    """An id as 004 shows them."""
    return "task_" + "".join(secrets.choice(LETTERS) for _ in range(32))


@dataclass
class Job:
    """What a client ordered, and what became of it.

    Attributes:
        order: what `orders.ordered` made of the request.
        deadline: on the event loop's clock, in seconds.
        task_id: the vendor's.
        status: queued, processing, succeeded or failed.
        told: the video's address at the vendor's, or why there is none.
        charges: seconds and US dollars.
    """

    key: str
    order: dict[str, Any]
    deadline: float
    id: str = field(default_factory=new_id)
    task_id: str = ""
    status: str = "queued"
    told: str = ""
    charges: list[tuple[Decimal, Decimal]] = field(default_factory=list)

    @property
    def over(self) -> bool:
        return self.status in {"succeeded", "failed"}

    def complete(self, video_url: str) -> None:
        self.status, self.told = "succeeded", video_url

    def fail(self, reason: str) -> None:
        self.status, self.told = "failed", reason

    def charge(self, told: object) -> None:
        """Billed are the seconds that were asked for, or as many as came, where those are fewer."""
        asked = Decimal(self.order["duration"])
        given = isinstance(told, int | float) and not isinstance(told, bool) and told > 0
        units = min(asked, Decimal(str(told))) if given else asked
        self.charges.append((units, (units * PRICE).quantize(Decimal("0.01"))))
