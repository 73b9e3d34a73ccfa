"""What Prometheus scrapes. Labels come from fixed tables (dialects, kinds, states), so that their number is bounded.

Nothing is kept in the library's global registry: each scrape draws on a registry of this simulator alone.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veosim.dialects import DIALECTS
from veosim.job import State, view
from veosim.simulator import Simulator

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

AT_ONCE = 5_000
"""Jobs that are looked at before other work gets its turn."""

OTHER = "other"
"""The label of an exchange that matched no operation."""

WITHHELD = "none"
"""The status class of an exchange that ended without an answer."""


class Metrics:
    """Looks at a simulator when it is asked."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        from prometheus_client import CollectorRegistry  # noqa: PLC0415  a server without scrapes starts faster
        from prometheus_client.exposition import generate_latest  # noqa: PLC0415  the same

        registry = CollectorRegistry()
        registry.register(_Found(list(self._families(await self._jobs()))))
        return generate_latest(registry)

    async def _jobs(self) -> Counter[tuple[str, State]]:
        found: Counter[tuple[str, State]] = Counter()
        jobs = [job for home in self._simulator.tenants for job in home.jobs.values()]
        now = self._simulator.clock.now()
        for start in range(0, len(jobs), AT_ONCE):
            found.update((job.dialect, view(job, now).state) for job in jobs[start : start + AT_ONCE])
            await asyncio.sleep(0)
        return found

    def _families(self, jobs: Counter[tuple[str, State]]) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415  the same

        held = GaugeMetricFamily("veosim_jobs", "Jobs that are kept, by their state now.", labels=["dialect", "state"])
        for dialect in DIALECTS:
            for state in State:
                held.add_metric([dialect, str(state)], jobs[dialect, state])
        yield held
        labels = ["dialect", "kind", "status"]
        seen = CounterMetricFamily("veosim_exchanges", "Exchanges that have ended, callbacks too.", labels=labels)
        exchanges: Counter[tuple[str, str, str]] = Counter()
        for (dialect_, kind, status), count in self._simulator.ended.items():
            exchanges[dialect_ or OTHER, kind or OTHER, WITHHELD if status is None else f"{status // 100}xx"] += count
        for key, count in sorted(exchanges.items()):
            seen.add_metric(list(key), count)
        yield seen
        homes = list(self._simulator.tenants)
        told = GaugeMetricFamily("veosim_callbacks", "Copies of callbacks, by what became of them.", labels=["state"])
        for state_ in ("sent", "failed", "pending"):
            told.add_metric([state_], sum(getattr(home.callbacks, state_) for home in homes))
        yield told
        gauges = {
            "veosim_namespaces": ("Namespaces that there are now.", len(homes)),
            "veosim_journal_exchanges": (
                "Exchanges that the journals keep.",
                sum(len(home.journal) for home in homes),
            ),
            "veosim_journal_dropped": (
                "Exchanges that the journals dropped.",
                sum(home.journal.dropped for home in homes),
            ),
            "veosim_jobs_dropped": ("Jobs that the namespaces dropped.", sum(home.dropped for home in homes)),
        }
        for name, (about, value) in gauges.items():
            yield GaugeMetricFamily(name, about, value=value)


@dataclass(slots=True, eq=False)
class _Found:
    """What the library calls a collector."""

    families: Sequence[Metric]

    def collect(self) -> Sequence[Metric]:
        """The metrics."""
        return self.families
