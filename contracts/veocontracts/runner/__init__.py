"""A whole run: the money guard and the probe first, then every selected case, then the verdicts."""
