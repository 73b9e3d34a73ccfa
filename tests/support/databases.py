"""Database servers of a test's own, which listen at a socket in a folder and nowhere else."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from socket import AF_UNIX, socket

import sqlalchemy
from sqlalchemy import Engine
from tests.support.processes import eventually

BINARIES = os.pathsep.join(
    [os.environ.get("PATH", ""), "/usr/sbin", *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
)


@dataclass(frozen=True, slots=True)
class Server:
    """What it takes to have one. In commands and in the URL, `{folder}` is filled in.

    Attributes:
        driver: the Python package that speaks to it.
        user: whose processes it runs as where the tests run as root.
        prepare: makes its data.
        serve: runs until it is told to end.
        socket: the file in the folder at which it listens.
    """

    name: str
    driver: str
    user: str
    prepare: tuple[str, ...]
    serve: tuple[str, ...]
    socket: str
    url: str

    @property
    def missing(self) -> str:
        """Why it cannot be had here, or ""."""
        absent = [name for name, *_ in (self.prepare, self.serve) if shutil.which(name, path=BINARIES) is None]
        if absent:
            return f"{self.name} needs {' and '.join(absent)}"
        if find_spec(self.driver) is None:
            return f"{self.name} needs the Python package {self.driver}"
        known = os.geteuid() != 0 or self.user in {each.pw_name for each in pwd.getpwall()}
        return "" if known else f"{self.name} does not run as root, and needs a user {self.user}"


SERVERS = (
    Server(
        "postgresql",
        "psycopg",
        "postgres",
        ("initdb", "--no-sync", "--auth=trust", "--username=acme", "{folder}/data"),
        ("postgres", "-D", "{folder}/data", "-k", "{folder}", "-c", "listen_addresses=", "-c", "fsync=off"),
        ".s.PGSQL.5432",
        "postgresql+psycopg://acme@/postgres?host={folder}",
    ),
    Server(
        "mariadb",
        "pymysql",
        "mysql",
        (
            *("mariadb-install-db", "--no-defaults", "--datadir={folder}/data"),
            *("--skip-test-db", "--auth-root-authentication-method=normal"),
        ),
        ("mariadbd", "--no-defaults", "--datadir={folder}/data", "--skip-networking", "--socket={folder}/socket"),
        "socket",
        "mysql+pymysql://root@localhost/mysql?unix_socket={folder}/socket",
    ),
)


@contextmanager
def running(server: Server) -> Iterator[str]:
    """Its URL, while it answers."""
    with tempfile.TemporaryDirectory(prefix="veosim-") as top:  # a socket's path is short, pytest's folders are not
        Path(top).chmod(0o755)
        folder = Path(top, server.name)
        folder.mkdir()
        user = None if os.geteuid() else server.user
        if user is not None:
            shutil.chown(folder, user)
        with Path(top, "log").open("wb") as log:

            def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
                program = str(shutil.which(command[0], path=BINARIES))
                words = [program, *(word.format(folder=folder) for word in command[1:])]
                return subprocess.Popen(words, user=user, cwd=folder, stdout=log, stderr=log)

            assert start(server.prepare).wait(60) == 0, Path(top, "log").read_text()
            process = start(server.serve)
            try:
                url = server.url.format(folder=folder)
                eventually(lambda: listens(folder / server.socket) and answers(url))
                yield url
            finally:
                process.terminate()
                process.wait(30)


def engine_of(url: str) -> Engine:
    """An engine that keeps no connection open."""
    return sqlalchemy.create_engine(url, poolclass=sqlalchemy.pool.NullPool)


def listens(path: Path) -> bool:
    """Whether anybody does at this socket; drivers leave theirs open where nobody does."""
    with socket(AF_UNIX) as tried:
        return tried.connect_ex(str(path)) == 0


def answers(url: str) -> bool:
    """Whether the server is done with starting."""
    try:
        engine_of(url).connect().close()
    except sqlalchemy.exc.OperationalError:
        return False
    return True
