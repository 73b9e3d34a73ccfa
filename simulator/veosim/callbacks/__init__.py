"""Callbacks: when each is due, how it is signed, and what became of it."""
