"""Passwords of central systems: from the environment or a private file, never from the mapping or into a message."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from sync.central.errors import MappingError
from sync.central.mapping import Source

_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}


def url_with_password(source: Source, folder: Path, environment: Mapping[str, str]) -> URL:
    """The source's URL with its password, where it has one.

    Args:
        source: What the mapping says.
        folder: Where the mapping file is; a relative `password_file` is beside it.
        environment: Such as `os.environ`.

    Raises:
        MappingError: there is no such password, or others may read its file.
    """
    url = parsed_url(source)
    if source.password_env:
        password = environment.get(source.password_env)
        if not password:
            raise MappingError(f"source {source.name}: the environment variable {source.password_env} is not set")
        return url.set(password=password)
    if source.password_file:
        return url.set(password=_private_line(source, folder / source.password_file))
    return url


def parsed_url(source: Source) -> URL:
    """The source's URL.

    Raises:
        MappingError: it is none, or there is a password in it.
    """
    try:
        url = make_url(source.url)
    except (ArgumentError, ValueError):
        raise MappingError(
            f"source {source.name}: its url is none: write it as postgresql+psycopg://reader@host/database"
        ) from None
    url = with_driver(url)
    if url.password is not None:
        raise MappingError(
            f"source {source.name}: its url holds a password, which has no place in the mapping: "
            "use password_env or password_file"
        )
    return url


def with_driver(url: URL) -> URL:
    """`url` with the driver that is installed with the hub, where it names none."""
    driver = _DRIVERS.get(url.drivername)
    return url.set(drivername=driver) if driver else url


def _private_line(source: Source, path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
                raise MappingError(f"source {source.name}: others may read {path}: chmod 600 {path}")
            password = file.readline().rstrip("\r\n")
    except OSError as error:
        raise MappingError(f"source {source.name}: {path} cannot be read: {error.strerror}") from None
    if not password:
        raise MappingError(f"source {source.name}: {path} is empty: its first line is the password")
    return password
