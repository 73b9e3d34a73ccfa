"""The profiles that ship with the suite, by name; any other name is a file."""

from __future__ import annotations

from pathlib import Path

from veocontracts.profile import Profile, load_profile

_FOLDER = Path(__file__).parent / "reference"
BUNDLED = {"reference": _FOLDER / "profile.yaml", "reference-process": _FOLDER / "profile-process.yaml"}


def find_profile(name: str) -> Profile:
    """A bundled profile by name, else the file.

    Raises:
        SourceError: the file is wrong.
    """
    return load_profile(BUNDLED.get(name, Path(name)))


def with_mutant(profile: Profile, mutant: str) -> Profile:
    """The reference gateway's profile with a defect switched on."""
    target = profile.target
    if target.asgi is not None:
        changed = target.model_copy(
            update={"asgi": target.asgi.model_copy(update={"kwargs": {**target.asgi.kwargs, "mutant": mutant}})}
        )
    else:
        process = target.process
        assert process is not None  # noqa: S101  a target is one of the two
        changed = target.model_copy(
            update={"process": process.model_copy(update={"command": (*process.command, "--mutant", mutant)})}
        )
    name = profile.gateway.model_copy(update={"name": f"{profile.gateway.name} ({mutant})"})
    return profile.model_copy(update={"target": changed, "gateway": name})
