"""Files that were asked for lately, so that a download in many parts makes its file once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock


class Kept:
    """Files by what they are made from, up to `limit` bytes in all; those asked for longest ago go first.

    One that is larger than a quarter of that is never kept. Threads may share it.
    """

    def __init__(self, limit: int) -> None:
        self.limit, self.size = limit, 0
        self._files: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """The file of that key, made where it is not here; `make` gives the same bytes whenever it is called."""
        with self._lock:
            if key in self._files:
                self._files.move_to_end(key)
                return self._files[key]
        data = make()
        if len(data) * 4 <= self.limit:
            self._keep(key, data)
        return data

    def _keep(self, key: str, data: bytes) -> None:
        with self._lock:
            if key not in self._files:
                self._files[key] = data
                self.size += len(data)
            while self.size > self.limit:
                self.size -= len(self._files.popitem(last=False)[1])
