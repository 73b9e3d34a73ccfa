"""Time modes: how 600 s are made short, and what each mode may claim."""
