"""The contract suite's commands; the `veosim` command finds them through its entry points."""
