"""Defects about who may come in, and how often."""

from __future__ import annotations

from collections import deque

from veocontracts.reference.door import Refused
from veocontracts.reference.gateway import Gateway, Reply
from veocontracts.reference.mutants.registry import mutant


@mutant("rate-limit-200", "RATE-01")
class RateLimit200(Gateway):
    """A key may submit 200 times a minute."""

    def admit(self, key: str) -> None:
        if len(self.window(key)) >= 200:
            raise Refused(429, "rate_limited", "Too many requests for this key.", 1)
        self.window(key).append(self.now())


@mutant("rate-limit-40", "RATE-01")
class RateLimit40(Gateway):
    """A key may submit only 40 times a minute."""

    def admit(self, key: str) -> None:
        if len(self.window(key)) >= 40:
            raise Refused(429, "rate_limited", "Too many requests for this key.", 1)
        super().admit(key)


@mutant("rate-limited-is-503", "RATE-01", ROBUST_02="a 503 is a 5xx")
class RateLimitedIs503(Gateway):
    """A limited key is told that the service is unavailable."""

    def admit(self, key: str) -> None:
        try:
            super().admit(key)
        except Refused as refused:
            raise Refused(503, "unavailable", str(refused), refused.retry_after) from None


@mutant("rate-limit-global", "RATE-02")
class RateLimitGlobal(Gateway):
    """All keys share one window."""

    def admit(self, key: str) -> None:
        del key
        super().admit("everybody")


@mutant("window-never-reopens", "RATE-03")
class WindowNeverReopens(Gateway):
    """Submits never leave a key's window."""

    def window(self, key: str) -> deque[float]:
        return self.windows.setdefault(key, deque())


@mutant("429-without-retry-after", "RATE-04")
class TooManyWithoutRetryAfter(Gateway):
    """A limited key is not told when to come again."""

    def admit(self, key: str) -> None:
        try:
            super().admit(key)
        except Refused as refused:
            raise Refused(429, refused.code, str(refused)) from None


@mutant("retry-after-too-short", "RATE-04")
class RetryAfterTooShort(Gateway):
    """A limited key is told to come again in a second, whenever its window has room."""

    def admit(self, key: str) -> None:
        try:
            super().admit(key)
        except Refused as refused:
            raise Refused(429, refused.code, str(refused), 1) from None


@mutant("unknown-key-served", "AUTH-01")
class UnknownKeyServed(Gateway):
    """A key that nobody was given is served as a guest's."""

    def authenticate(self, authorization: str | None) -> str:
        try:
            return super().authenticate(authorization)
        except Refused:
            if authorization is None:
                raise
            return "vk-guest"


@mutant("no-key-needed-to-read", "AUTH-01")
class NoKeyNeededToRead(Gateway):
    """A read without a key shows the job."""

    async def read_job(self, job_id: str, authorization: str | None) -> Reply:
        job = self.jobs.get(job_id)
        if authorization is None and job is not None:
            return Reply(200, self.view(job))
        return await super().read_job(job_id, authorization)


@mutant("unknown-key-is-403", "AUTH-01")
class UnknownKeyIs403(Gateway):
    """A missing or unknown key is answered as if it lacked a right."""

    def authenticate(self, authorization: str | None) -> str:
        try:
            return super().authenticate(authorization)
        except Refused as refused:
            raise Refused(403, refused.code, str(refused)) from None


@mutant("allowed-services-ignored", "AUTH-02")
class AllowedServicesIgnored(Gateway):
    """Any known key may call any service."""

    def authorise(self, key: str, service: str) -> None:
        """Nothing is looked at."""
