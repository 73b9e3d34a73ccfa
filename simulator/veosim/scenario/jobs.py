"""What a scenario says of jobs: the entries under `jobs:`, each the plan of the submits that it matches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from veosim.media.clip import Audio
from veosim.media.damage import Damage
from veosim.scenario.conditions import Chance, Ordinals, Share
from veosim.scenario.measures import PixelSize, Weight
from veosim.scenario.times import Time
from veosim.scenario.wires import Wire
from veosim.units import SECOND, Duration
from veosim.yamlfile import Strict, contradiction

OutcomeWord = Literal["succeed", "fail", "stuck", "filtered", "partly-filtered", "empty", "cancel"]
"""How a job ends: the engine's outcomes, and a success from which the filter held back some of several videos."""

TellsWord = Literal["delivered", "asked"]

DEFAULT_QUEUE = 1 * SECOND
DEFAULT_RUN = 4 * SECOND

BELONGS: Mapping[str, tuple[OutcomeWord, ...]] = {
    "error": ("fail", "filtered"),
    "result": ("succeed", "partly-filtered"),
    "progress": ("fail", "filtered", "cancel", "stuck"),
}
"""The keys that say something of certain outcomes only."""


class JobWhen(Strict):
    """Which submits a job entry is for; every key given must match.

    Attributes:
        prompt: a glob over the whole prompt.
        nth: which of this scenario's jobs, counted from 1.
        model: a glob over the model's name.
        operation: the dialect's, such as `from-text`.
        dialect: its name.
        resolution: in small letters or in capitals.
        duration_s: the seconds of video that are asked for.
        key: the API key, or a glob over its fingerprint as the journal shows it: `key:3f9a*`.
        share: of the jobs that the other keys match; each is drawn from its own identity, whatever the order.
    """

    prompt: str | None = None
    nth: Ordinals | None = None
    model: str | None = None
    operation: str | None = None
    dialect: Wire | None = None
    resolution: str | None = None
    duration_s: float | None = Field(default=None, gt=0)
    key: str | None = None
    share: Chance | None = None


class ErrorWords(Strict):
    """The reason of a failed job; each dialect puts it into its own shape. What is left out follows the outcome.

    Attributes:
        code: a word for machines.
        message: a sentence for people.
    """

    code: str | None = None
    message: str | None = None


class ResultEntry(Strict):
    """What is delivered; without a key, what was asked for.

    Attributes:
        duration_s: seconds of video, to the millisecond.
        size: width and height of the picture, in pixels.
        audio: the sound, a steady tone or silence; none is a file without a sound track.
        weight: how many bytes the file has, where it would have fewer.
        file: what is wrong with the file.
        tells: what the upstream's answers say of the video, where it differs.
        expires: how long after the job's end URLs work.
        videos: how many videos pass the filter of a partly filtered job; without it, all but one.
    """

    duration_s: float | None = Field(default=None, gt=0, le=600)
    size: PixelSize | None = None
    audio: Audio | None = None
    weight: Weight | None = None
    file: Damage | None = None
    tells: TellsWord = "delivered"
    expires: Duration | None = None
    videos: int | None = Field(default=None, ge=1, le=100)


class JobEntry(Strict):
    """A job's plan.

    Attributes:
        when: which submits it is for; without it, all that are left.
        outcome: how the job ends.
        queue: how long it is queued.
        run: how long it then runs.
        after: the whole time from submit to the end, in place of `queue` and `run`.
        error: why the job failed.
        result: what a job that succeeds delivers.
        progress: what a job has come to when it fails, or for as long as it is stuck; it grows evenly until then.
    """

    when: JobWhen | None = None
    outcome: OutcomeWord = "succeed"
    queue: Time | None = None
    run: Time | None = None
    after: Time | None = None
    error: ErrorWords | None = None
    result: ResultEntry | None = None
    progress: Share | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.after is not None and (self.queue is not None or self.run is not None):
            raise contradiction("'after' is the whole time, so it excludes 'queue' and 'run'", "after")
        for key, outcomes in BELONGS.items():
            if getattr(self, key) is not None and self.outcome not in outcomes:
                words = f"{', '.join(outcomes[:-1])} or {outcomes[-1]}"
                raise contradiction(f"{key!r} belongs to outcome: {words}, not to outcome: {self.outcome}", key)
        if self.outcome == "stuck" and (self.run is not None or self.after is not None):
            key = "run" if self.after is None else "after"
            raise contradiction("a stuck job never ends, so it has no 'run' or 'after'", key)
        if self.outcome == "succeed" and self.result is not None and self.result.videos is not None:
            problem = "'videos' belongs to outcome: partly-filtered, not to outcome: succeed"
            raise contradiction(problem, "result", "videos")
        if self.progress is not None and (self.progress == 1 or (self.progress * 100).denominator != 1):
            raise contradiction("'progress' is a whole number of percent, and 100% is that of a success", "progress")
        return self
