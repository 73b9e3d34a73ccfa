"""What a careless gateway makes up where its upstream has told of no video."""

from __future__ import annotations

from typing import Any

from veocontracts.reference.settings import ENUMS
from veocontracts.reference.store import Job


def guessed(job: Job) -> dict[str, Any]:
    """A whole result: what was asked for, at the address where the video would be."""
    fields = {name: job.fields.get(name, ENUMS[name][0]) for name in ("model", "resolution", "aspect_ratio")}
    seconds = float(str(job.fields.get("duration", ENUMS["duration"][0])).removesuffix("s"))
    url = f"https://cdn.example/{job.upstream_id}.mp4"
    return {"status": "success", "video_url": url, "duration_seconds": seconds} | fields
