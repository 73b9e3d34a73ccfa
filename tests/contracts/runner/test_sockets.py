"""A gateway outside this process: the time modes, one after another."""

from dataclasses import replace
from typing import cast

import pytest
from tests.support.benches import setting
from tests.support.lines import a_rule

from veocontracts.runner import sockets
from veocontracts.runner.probe import UnusableError
from veocontracts.runner.sockets import judge_sockets
from veocontracts.tally import Tallies
from veocontracts.targets.log import GatewayLog
from veocontracts.targets.process import UnreadyError
from veocontracts.timing.modes import Mode, ticking
from veosim.errors import VeosimError

SCALED = ticking("scaled", 60)


def test_a_world_that_cannot_be_is_an_unusable_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its own words, exit 3."""

    def broken(_: object) -> None:
        raise VeosimError("it does not start")

    monkeypatch.setattr(sockets, "socket_world", broken)
    with pytest.raises(UnusableError, match=r"^it does not start$"):
        judge_sockets([a_rule()], [SCALED], lambda _, mode: replace(setting(), mode=mode), lambda *_: None)


class Written:
    """What a gateway wrote."""

    def lines(self, since: int = 0) -> list[str]:
        """The last two."""
        return ["started", "relocation error"][since:]

    def tail(self, since: int = 0) -> str:
        """Below each other."""
        return "\n".join(f"  | {line}" for line in self.lines(since))


UNREADY = UnreadyError("the gateway ended with 127", cast("GatewayLog", Written()))


def left(modes: list[Mode], monkeypatch: pytest.MonkeyPatch, *outcomes: object) -> tuple[object, list[str]]:
    """What comes of modes with these outcomes, and what each was told of those before it."""
    notes: list[str] = []
    each = iter(outcomes)

    async def judged(rules: object, mode: Mode, *_: object, **__: object) -> object:
        notes.append(mode.note)
        outcome = next(each)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(sockets, "_judge", judged)
    return judge_sockets([a_rule()], modes, lambda _, mode: replace(setting(), mode=mode), lambda *_: None), notes


FAKED = replace(ticking("faketime", 60), note="no test clock")


def test_a_mode_in_which_it_does_not_come_up_is_left_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its last word as the reason."""
    found = (replace(setting(), mode=SCALED), Tallies())
    why = "faketime: the gateway ended with 127 (relocation error)"
    assert left([FAKED, SCALED], monkeypatch, UNREADY, found) == (found, ["no test clock", why])


def test_one_that_comes_up_in_no_mode_is_unusable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last attempt is told in full, after the others."""
    with pytest.raises(UnusableError) as caught:
        left([FAKED, SCALED], monkeypatch, "stood still", UNREADY)
    assert str(caught.value) == (
        "faketime: stood still; the gateway ended with 127; the end of its log:\n  | started\n  | relocation error"
    )


def test_what_could_not_even_be_started_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other clock brings the command about."""
    with pytest.raises(UnusableError, match=r"^no such file$"):
        left([FAKED, SCALED], monkeypatch, VeosimError("no such file"))
