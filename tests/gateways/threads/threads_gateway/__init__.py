"""A video gateway of plain threads and SQLite."""
