"""How much a run tries, and how much of all that it could try that was. Numbers only, so that equal runs stay equal."""

from __future__ import annotations

from dataclasses import dataclass

DEPTH = 4
EXAMPLES = 5
SHRINKING = 100


@dataclass(frozen=True, slots=True)
class Effort:
    """What a run may spend.

    Attributes:
        depth: operations after the first submit in the longest sequence of the exhaustive engine.
        budget: so many of those sequences at most, the shortest first; None for all.
        examples: runs that the state machine draws for each rule that it feeds.
        shrinking: so many further runs at most make one drawn failure shorter; 0 leaves it as it was drawn.
        thin: of cases that are alike, one in so many is run.
    """

    depth: int = DEPTH
    budget: int | None = None
    examples: int = EXAMPLES
    shrinking: int = SHRINKING
    thin: int = 1


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of the exhaustive engine's sequences.

    Attributes:
        depth: operations in the longest.
        run: how many are run.
        possible: how many the alphabet makes up to that depth.
        states: how many abstract states those that are run reach.
        left: how many the budget left out.
    """

    depth: int
    run: int
    possible: int
    states: int
    left: int = 0

    def __str__(self) -> str:
        budget = f"budget reached, {self.left:,} left out" if self.left else "budget not reached"
        return (
            f"sequences {self.run:,} of {self.possible:,} up to depth {self.depth}; "
            f"{self.states:,} abstract states; {budget}"
        )


DEFAULT_EFFORT = Effort()
