"""What a key was charged, as JSON on standard output: `CHARGES_KEY=vk-main python charges.py FOLDER`.

    {"charges": [{"job_id": "…", "units": 4.0, "amount": 6.0}]}

Every completed job of the gateway beside this file is one charge. The key comes by the environment, since everybody
on the machine sees a command's arguments. It is run often, so it imports little.
"""

import json
import os
import sys


def charges(folder: str) -> list[dict[str, object]]:
    """The completed ones of the jobs in a folder, oldest first; no folder, no jobs."""
    found = []
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        if name.endswith(".json"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                found.append(json.load(file))
    return [
        {"job_id": job["id"], "units": job["end"]["units_consumed"], "amount": job["end"]["token_cost"]}
        for job in sorted(found, key=lambda job: str(job["created_at"]))
        if job["status"] == "completed"
    ]


if __name__ == "__main__":
    jobs = os.path.join(sys.argv[1], "jobs", os.environ["CHARGES_KEY"].encode().hex())
    print(json.dumps({"charges": charges(jobs)}))  # noqa: T201  this is its purpose
