"""Scenarios: the YAML that says how the fake upstream behaves (model), how it is read (load) and drawn (stage)."""
