"""What can go wrong between a hub and an agent's cache."""

from data.errors import SwitchboardError


class SyncError(SwitchboardError):
    """Something between the hub and this machine."""


class HomeError(SyncError):
    """A directory that is not the kind of home that a verb needs."""


class HubUnreachableError(SyncError):
    """The hub does not answer; a later try may succeed."""


class RefusedError(SyncError):
    """The hub answered, and said no."""


class SnapshotNeededError(SyncError):
    """The change log cannot bring this cache up to date: a snapshot must be fetched."""


class DamagedError(SyncError):
    """What was received or stored is not what the hub says it should be."""


class EndedError(SyncError):
    """Work was ended before it was done."""
