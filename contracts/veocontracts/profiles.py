"""The profiles that ship with the suite, by name; any other name is a file."""

from __future__ import annotations

from pathlib import Path

from veocontracts.profile import Profile, load_profile
from veocontracts.rulebook import unknown_rule
from veosim.errors import VeosimError, did_you_mean

_FOLDER = Path(__file__).parent / "reference"
BUNDLED = {
    "reference": _FOLDER / "profile.yaml",
    "reference-callbacks": _FOLDER / "profile-callbacks.yaml",
    "reference-faketime": _FOLDER / "profile-faketime.yaml",
    "reference-process": _FOLDER / "profile-process.yaml",
    "reference-process-callbacks": _FOLDER / "profile-process-callbacks.yaml",
}


def find_profile(name: str) -> Profile:
    """A bundled profile by name, else the file.

    Raises:
        VeosimError: the file is wrong, or waives a rule that does not exist.
    """
    path = BUNDLED.get(name, Path(name))
    hint = did_you_mean(name, BUNDLED)
    if hint and not path.exists():
        raise VeosimError(f"no file and no bundled profile is called {name!r}; {hint}")
    profile = load_profile(path)
    for waived in profile.waive:
        if unknown := unknown_rule(waived):
            raise VeosimError(f"{name}: waive: {unknown}")
    return profile


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
