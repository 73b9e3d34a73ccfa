"""A small gateway that judges can be tried on: it sells what one upstream makes, in any words (`toy_words`).

`plant` breaks one thing on purpose: `double` charges twice, `late` gives a job 700 s, `mends` takes a wrong request for
a right one, `prompt` sends another prompt upstream.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from decimal import Decimal
from typing import Any

from tests.gateways.toy_words import Acme, Dialect, Job, Speech, WrongRequestError, in_upstream_words

from veosim.inprocess import App, Response, call

LIMIT, WINDOW = 60, 60.0
TIMEOUT, EVERY, PATIENCE = 600.0, 5.0, 20.0
PRICE = Decimal("1.50")
ENDS = {
    "api-video": ({"success"}, {"error"}),
    "image-to-video": ({"SUCCEEDED"}, {"FAILED"}),
    "generations-seconds": ({"succeeded"}, {"failed", "cancelled"}),
    "generations-metadata": ({"succeeded"}, {"failed"}),
}
"""Each upstream's words for a success and for a failure; all others say that it goes on."""


class Refused(Exception):  # noqa: N818  not an error of the gateway
    """An answer that ends a request."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


class Toy:
    """The gateway, as an ASGI app.

    Args:
        speech: the API that it shows.
        upstream: the app behind it.
        made_of: the upstream's submit path and body for a request, and the path of a job of that kind.
        ends: the upstream's words for a success and for a failure.
        plant: what is broken on purpose, "" for nothing.
    """

    def __init__(
        self,
        speech: Speech,
        upstream: App,
        made_of: Callable[[str, dict[str, Any]], tuple[str, dict[str, Any], str]],
        ends: tuple[set[str], set[str]],
        plant: str = "",
    ) -> None:
        self._speech = speech
        self._upstream = upstream
        self._made_of = made_of
        self._success, self._failure = ends
        self._plant = plant
        self._jobs: dict[str, Job] = {}
        self._charges: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._submits: dict[str, list[float]] = defaultdict(list)
        self._running: set[asyncio.Task[None]] = set()

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        """One request; the lifespan is not ours."""
        if scope["type"] != "http":
            raise NotImplementedError
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode().lower(): text.decode("latin-1") for name, text in scope["headers"]}
        extra: Mapping[str, str] = {}
        try:
            status, data = self._answer(scope["method"], scope["path"], headers, body)
        except Refused as refused:
            status, data, extra = refused.status, self._speech.refusal(refused.status, str(refused)), refused.headers
        answer = [(b"content-type", b"application/json"), *((n.encode(), v.encode()) for n, v in extra.items())]
        await send({"type": "http.response.start", "status": status, "headers": answer})
        await send({"type": "http.response.body", "body": json.dumps(data, ensure_ascii=True).encode()})

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        key = headers.get("x-acme-key", "") or headers.get("authorization", "").removeprefix("Bearer ")
        if not key.startswith("vk-"):
            raise Refused(401, "The key is missing or unknown.")
        if method == "GET" and path == "/charges":
            return 200, {"charges": self._charges[key]}
        kind = next((kind for kind, submit in self._speech.submits.items() if submit == path), None)
        if method == "POST" and kind is not None:
            return self._submit(kind, key, headers.get("content-type", ""), body)
        before, _, after = self._speech.jobs.partition("{job_id}")
        job = self._jobs.get(path.removeprefix(before).removesuffix(after))
        if method != "GET" or job is None or job.key != key:
            raise Refused(404, "There is no such job.")
        return 200, self._speech.shown(job)

    def _submit(self, kind: str, key: str, content_type: str, body: bytes) -> tuple[int, Any]:
        now = asyncio.get_running_loop().time()
        self._submits[key] = recent = [at for at in self._submits[key] if at > now - WINDOW]
        if len(recent) >= LIMIT:
            raise Refused(429, "Too many requests.", **{"retry-after": str(int(recent[0] + WINDOW - now) + 1)})
        data = _read(content_type, body)
        try:
            seconds = self._speech.seconds(kind, data)
        except WrongRequestError as error:
            if self._plant != "mends":
                raise Refused(400, str(error)) from None
            data = self._speech.mended(kind, data)
            seconds = self._speech.seconds(kind, {"account": "films", **data})
        recent.append(now)
        allowed = TIMEOUT + 100 * (self._plant == "late")
        job = Job(self._speech.job_id(len(self._jobs)), key, data, seconds, now + allowed)
        self._jobs[job.id] = job
        task = asyncio.create_task(self._work(kind, job, data))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return self._speech.accepted(job)

    async def _work(self, kind: str, job: Job, data: dict[str, Any]) -> None:
        path, body, jobs = self._made_of(kind, data)
        if self._plant == "prompt" and "prompt" in body:
            body = {**body, "prompt": body["prompt"].strip().lower()}
        try:
            async with asyncio.timeout_at(job.deadline):
                upstream_id = await self._take_on(job, path, body)
                if upstream_id:
                    job.state = "running"
                    await self._follow(job, jobs.replace("{job_id}", upstream_id))
        except TimeoutError:
            if job.state in {"queued", "running"}:
                job.state, job.reason = "failed", "timeout: the video was not ready in 600 s"

    async def _take_on(self, job: Job, path: str, body: dict[str, Any]) -> str:
        """The upstream's id; "" where the job has failed. Only what surely was not taken on is sent again."""
        while True:
            answer = await self._ask("POST", path, json.dumps(body).encode())
            wait = answer.headers.get("retry-after", "") if answer is not None else ""
            if answer is None or answer.status != 429 or not wait.isdecimal():
                break
            await asyncio.sleep(int(wait))  # why: on a loop whose clock jumps
        data = _data(answer)
        found = next((value for value in _deep(data, {"job_id", "task_id", "task_ids"}) if value), "")
        upstream_id = found[0] if isinstance(found, list) else found
        if answer is None or answer.status != 200 or not isinstance(upstream_id, str) or "/" in upstream_id:
            upstream_id = ""
        if not upstream_id:
            reasons = [text for text in _deep(data, {"message", "msg"}) if isinstance(text, str)]
            job.state, job.reason = "failed", next(iter(reasons), "the upstream did not take the job on")
        return upstream_id

    async def _follow(self, job: Job, path: str) -> None:
        pause = EVERY
        while job.state == "running":
            await asyncio.sleep(pause)  # why: on a loop whose clock jumps
            answer = await self._ask("GET", path, b"")
            if answer is not None and answer.status == 200 and isinstance(_data(answer), dict):
                pause = EVERY
                self._learn(job, _data(answer))
                continue
            wait = answer.headers.get("retry-after", "") if answer is not None else ""
            pause = float(wait) if wait.isdecimal() else min(2 * pause, 30.0)

    def _learn(self, job: Job, data: dict[str, Any]) -> None:
        """Whether the job has ended, and how."""
        word = next(iter(_deep(data, {"status"})), None)
        if not isinstance(word, str):
            return
        videos = [url for url in _deep(data, {"video_url", "url"}) if isinstance(url, str)]
        reasons = [text for text in _deep(data, {"message", "error_message", "msg"}) if isinstance(text, str) and text]
        video = videos[0] if videos else ""
        wrong = any(_deep(data, {"error"})) or not video or any(letter.isspace() for letter in video)
        if word in self._failure or (word in self._success and wrong):
            told = video if word in self._failure and " " in video else next(iter(reasons), "no video was made")
            job.state, job.reason = "failed", told
        elif word in self._success:
            job.state, job.video = "completed", video
            delivered = [
                each for each in _deep(data, {"duration_seconds", "duration"}) if isinstance(each, int | float)
            ]
            self._charge(job, min([job.seconds, *delivered]))

    def _charge(self, job: Job, seconds: float) -> None:
        job.billed = seconds
        units = Decimal(str(seconds))
        entry = {"job_id": job.id, "amount": float(units * PRICE), "units": float(units)}
        self._charges[job.key] += [entry] * (2 if self._plant == "double" else 1)

    async def _ask(self, method: str, path: str, body: bytes) -> Response | None:
        headers = {"content-type": "application/json", "authorization": "Bearer toy"}
        try:
            async with asyncio.timeout(PATIENCE):
                return await call(self._upstream, method, path, headers, body)
        except (TimeoutError, ConnectionError):
            return None


def _read(content_type: str, body: bytes) -> dict[str, Any]:
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refused(400, "The body must be JSON.")
    try:
        data = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise Refused(400, "The body is no JSON.") from None
    if not isinstance(data, dict):
        raise Refused(400, "The body is no JSON object.")
    return data


def _data(answer: Response | None) -> Any:
    try:
        return json.loads(answer.body) if answer is not None else None
    except (ValueError, RecursionError):
        return None


def _deep(data: Any, names: set[str]) -> list[Any]:
    """The values of these names, of an object and of the `data` and `error` in it."""
    found = [value for name, value in data.items() if name in names] if isinstance(data, dict) else []
    inner = [data.get(name) for name in ("data", "error")] if isinstance(data, dict) else []
    return [*(value for each in inner if isinstance(each, dict) for value in _deep(each, names)), *found]


def as_it_came(speech: Speech) -> Callable[[str, dict[str, Any]], tuple[str, dict[str, Any], str]]:
    """For an upstream that speaks as the gateway does."""
    return lambda kind, data: (speech.submits[kind], data, speech.jobs)


def resold(*, dialect: str, upstream_app: App, plant: str = "") -> App:
    """A gateway that sells a dialect's own videos in the dialect's own words."""
    speech = Dialect(dialect)
    return Toy(speech, upstream_app, as_it_came(speech), ENDS[dialect], plant)


def acme(*, upstream_app: App, plant: str = "") -> App:
    """A gateway with an API of its own, over the upstream of documents 000 and 001."""
    return Toy(Acme(), upstream_app, in_upstream_words, ENDS["api-video"], plant)
