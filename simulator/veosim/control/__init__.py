"""The control API: a simulator seen and steered over HTTP, below one prefix that no dialect uses."""

PREFIX = "/_veosim"
