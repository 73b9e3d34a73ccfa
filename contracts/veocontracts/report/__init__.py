"""Views of a run: each takes results and returns text or data. None of them knows a rule."""
