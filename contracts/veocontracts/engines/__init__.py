"""How sequences of operations are found: every one up to a depth (exhaustive), or drawn at random (machine)."""
