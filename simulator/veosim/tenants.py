"""All namespaces of one simulator, and which of them each job is at home in."""

from __future__ import annotations

from collections.abc import Container, Iterator

from veosim.dialects.base import Dialect
from veosim.errors import VeosimError, did_you_mean
from veosim.job import Job
from veosim.namespace import DEFAULT_NAME, Common, Namespace
from veosim.scenario.model import Scenario
from veosim.seeded import digest


class Tenants:
    """The namespaces by name.

    Args:
        common: what all of them share.
        owned: names that the simulator's owner gave to keys: they are let in however many there are, since only
            names that come with requests may be refused.

    Attributes:
        default: where everything belongs that names no other; it is always there.
    """

    def __init__(self, common: Common, owned: Container[str] = ()) -> None:
        self._common = common
        self._owned = owned
        self.default = Namespace(DEFAULT_NAME, common)
        self._begin()

    def _begin(self) -> None:
        self._namespaces: dict[str, Namespace] = {DEFAULT_NAME: self.default}
        self._homes: dict[str, Namespace] = {}

    @property
    def names(self) -> list[str]:
        """All of them, in the order in which they were made."""
        return list(self._namespaces)

    def __iter__(self) -> Iterator[Namespace]:
        return iter(tuple(self._namespaces.values()))

    def find(self, name: str) -> Namespace | None:
        """The namespace of that name, or None."""
        return self._namespaces.get(name)

    def get(self, name: str) -> Namespace:
        """The namespace of that name.

        Raises:
            VeosimError: there is none.
        """
        found = self._namespaces.get(name)
        if found is None:
            hint = did_you_mean(name, self._namespaces)
            raise VeosimError(
                f"no namespace is called {name!r}; there are {', '.join(self.names)}" + (hint and f"; {hint}")
            )
        return found

    def enter(self, name: str) -> Namespace:
        """The namespace of that name, made when first asked for.

        Raises:
            VeosimError: there are too many, and the owner has not named this one.
        """
        found = self._namespaces.get(name)
        if found is None:
            if len(self._namespaces) >= self._common.kept.namespaces and name not in self._owned:
                raise VeosimError(
                    f"there are {len(self._namespaces)} namespaces already; reset those that are done with"
                )
            found = self._namespaces[name] = Namespace(name, self._common)
        return found

    def home_of(self, job_id: str) -> Namespace | None:
        """Where a job is at home, or None."""
        return self._homes.get(job_id)

    def settle(self, home: Namespace, job: Job) -> None:
        """Take a job on, and forget those that make room for it."""
        self._homes[job.id] = home
        for dropped in home.add(job):
            del self._homes[dropped]

    def free_id(self, home: Namespace, dialect: Dialect, identity: bytes) -> str:
        """An id that no job has: a scenario played again draws the same identities, and so do two namespaces."""
        if home is not self.default:
            identity = digest(identity, home.name)
        job_id = dialect.job_id(identity)
        while job_id in self._homes:
            identity = digest(identity, "again")
            job_id = dialect.job_id(identity)
        return job_id

    def renew(self, name: str) -> Namespace:
        """Reset a namespace, and no other.

        Raises:
            VeosimError: there is none of that name.
        """
        namespace = self.get(name)
        for job_id in namespace.jobs:
            self._homes.pop(job_id, None)
        namespace.reset()
        return namespace

    def forget(self, name: str) -> None:
        """Reset a namespace; any but the default one is gone after that.

        Raises:
            VeosimError: there is none of that name.
        """
        if self.renew(name) is not self.default:
            del self._namespaces[name]

    def rewrite(self, before: Scenario, now: Scenario) -> None:
        """A scenario was written anew: whoever plays what it said before plays what it says now, also after a reset."""
        if self._common.scenario == before:
            self._common.scenario = now
        for namespace in self._namespaces.values():
            namespace.rewrite(before, now)

    def reset(self) -> None:
        """Only the default namespace, as new."""
        for namespace in self._namespaces.values():
            namespace.reset()
            if namespace is not self.default:
                namespace.journal.give_up()
        self._begin()
