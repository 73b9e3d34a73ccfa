"""A video gateway of threads that wait on an event, and JSON files."""
