"""The reference gateway, which obeys every rule, and the mutants, each wrong in one named way."""
