"""The hub's map, opened in the agent's browser at a record."""

import logging
import threading
import webbrowser
from collections.abc import Callable
from urllib.parse import urlencode

from sync.errors import SyncError
from sync.replica.agent_home import AgentHome

_LOG = logging.getLogger(__name__)


class HubMap:
    """Opens the map of the hub at which a home is enrolled.

    Args:
        home: The agent's.
        browse: Opens an address in the browser, and says whether it could.
    """

    def __init__(self, home: AgentHome, browse: Callable[[str], bool] = webbrowser.open) -> None:
        self._home = home
        self._browse = browse

    def show(self, kind: str, key: str) -> None:
        """Has the map opened on a thread: a browser that is yet to start takes its time."""
        threading.Thread(target=self.open, args=(kind, key), name="map", daemon=True).start()

    def open(self, kind: str, key: str) -> None:
        """Opens the map where this record is."""
        try:
            address = map_address(self._home.enrolment().hub, kind, key)
        except SyncError as problem:
            _LOG.warning("no map: %s", problem)
            return
        if not self._browse(address):
            _LOG.warning("no browser opens %s", address)


def map_address(hub: str, kind: str, key: str) -> str:
    """Where the hub's map is opened at a record."""
    return f"{hub.rstrip('/')}/desk/map?{urlencode({'kind': kind, 'id': key})}"
