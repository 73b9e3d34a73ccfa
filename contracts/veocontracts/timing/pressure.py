"""How hard this process has to wait for a processor: where time is pressed together, a busy machine breaks promises.

Half a second of waiting is half a minute at sixty times real time, which no gateway can make up for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SCHEDSTAT = Path("/proc/self/schedstat")
"""Nanoseconds on a processor, and nanoseconds of waiting for one (Linux: sched-stats.rst)."""

PRESSED = 0.2
"""The share of waiting in what a process wants of processors, above which a machine counts as busy."""


@dataclass(frozen=True, slots=True)
class Wait:
    """What a process got and missed of processors over a while, in nanoseconds."""

    ran: int
    waited: int

    @property
    def wanted(self) -> int:
        """All that it would have used."""
        return self.ran + self.waited

    @property
    def is_long(self) -> bool:
        """Whether it has waited for a large share of what it wanted."""
        return self.waited > PRESSED * self.wanted


class Pressure:
    """Measures from its making on; where the system does not tell, a machine is never busy."""

    def __init__(self, source: Path = SCHEDSTAT) -> None:
        self._source = source
        self._ran, self._waited = self._read()

    def wait(self) -> Wait:
        """How long this process has waited since."""
        ran, waited = self._read()
        return Wait(ran - self._ran, waited - self._waited)

    def _read(self) -> tuple[int, int]:
        try:
            ran, waited, *_ = self._source.read_text(encoding="ascii").split()
        except OSError:
            return 0, 0
        return int(ran), int(waited)
