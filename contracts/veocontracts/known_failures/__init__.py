"""Known failures: what a gateway does wrong, is known to, and may until a day. A file of them, and what it excuses."""
