"""How many files, and so connections, a process may hold open."""

import logging
import sys

_ENOUGH = 6_000
"""For five thousand listeners, the database and the snapshots under way."""

_LOG = logging.getLogger(__name__)


def allow_many_files() -> None:
    """Lets this process hold open as many files as the system allows it at all; a word where these are few."""
    if sys.platform == "win32":  # there sockets have no such limit
        return
    import resource  # noqa: PLC0415 - not there on Windows

    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most != resource.RLIM_INFINITY and most < _ENOUGH:
        _LOG.warning(
            "this process may hold %d connections and files: for 5,000 PCs raise it (ulimit -Hn, LimitNOFILE=)", most
        )
