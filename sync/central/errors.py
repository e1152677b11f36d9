"""What can go wrong with a central system."""

from sync.errors import SyncError


class MappingError(SyncError):
    """The mapping file does not say clearly what to read."""


class SourceError(SyncError):
    """The central system does not answer, or refuses a question."""


class ApprovalNeededError(SyncError):
    """The pull would delete more than it may without a person's word."""


class OvertakenError(SyncError):
    """Another pull of the same source was finished meanwhile."""
