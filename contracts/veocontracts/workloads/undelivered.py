"""What an upstream does instead of delivering: success without a video, other seconds, failure in words of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from veocontracts.bench import Bench
from veocontracts.rules.facts import seconds_in
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, Drive, workload
from veocontracts.workloads.drives import one_job
from veosim.units import SECOND

NO_VIDEO = frozenset({"BILL-13"})
FAILED = frozenset({"LIFE-11", "LIFE-09", "BILL-06"})
UNTOLD = {"copies": 0}
"""No callback, so that polls have to tell: no callback is ever spoiled, and document 002's tell of no duration."""
REFUSED = {"code": "content_filtered", "message": "The filter of this upstream held the video back."}
WITHOUT: tuple[tuple[str, dict[str, Any], frozenset[str]], ...] = (
    ("no video_url", {"exchanges": {"poll": [{"spoil": "no-url"}]}, "callbacks": UNTOLD}, NO_VIDEO),
    ("empty", {"job": {"outcome": "empty", "after": "7s"}}, NO_VIDEO),
    ("filtered", {"job": {"outcome": "filtered", "after": "7s", "error": REFUSED}}, NO_VIDEO | FAILED),
    ("cancelled", {"job": {"outcome": "cancel", "after": "7s"}}, FAILED),
    ("failed", {"job": {"outcome": "fail", "after": "7s", "error": {"message": "Out of film."}}}, FAILED),
)
OWN_WORDS: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "api-video": {
        "error text for a video": {"status": "success", "video_url": "The video could not be made."},
        "success with an error": {"status": "success", "error": {"code": "internal", "message": "No frames."}},
        "error with a video": {
            "status": "error",
            "message": "The last frames are missing.",
            "video_url": "https://videos.example/torn.mp4",
        },
    },
}
"""Answers to every poll, by dialect: what has shipped elsewhere, in this dialect's own fields (inferred)."""
MORE = 6
USUAL = 4
"""Seconds: so many more than were asked for; what is asked for where no field says."""


@workload("undelivered")
def undelivered(setting: Setting) -> Iterable[Case]:
    """Each for one service; all fields are given, so that no default is in question."""
    terms = setting.terms
    within = terms.timeout + terms.tolerance + terms.grace + 2 * SECOND
    service = setting.face.services[setting.face.sold("text")]
    fields = dict(service.combinations[0])
    for name, wishes, feeds in WITHOUT:
        yield Case(f"undelivered {name}", _job(wishes | {"fields": fields}, within), feeds)
    for name, body in OWN_WORDS.get(setting.profile.upstream.dialect, {}).items():
        respond = {"status": 200, "body": json.dumps(body)}
        wishes = {"exchanges": {"poll": [{"respond": respond}]}, "fields": fields}
        yield Case(f"undelivered {name}", _job(wishes, within), frozenset({"LIFE-11"}))
    asked = int(seconds_in(fields.get("duration")) or USUAL)
    for name, seconds in (("fewer", max(1, asked // 2)), ("more", asked + MORE)):
        job = {"outcome": "succeed", "after": "7s", "result": {"duration_s": seconds}}
        wishes = {"job": job, "fields": fields, "callbacks": UNTOLD}
        yield Case(f"undelivered {name} seconds", _job(wishes, within), frozenset({"BILL-14"}))


def _job(wishes: dict[str, Any], within: int) -> Drive:
    async def drive(bench: Bench) -> None:
        await one_job(bench, within=within, **wishes)

    return drive
