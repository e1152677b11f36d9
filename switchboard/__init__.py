"""The command `switchboard`: one verb, one import of what that verb needs; and the processes it composes."""

__version__ = "0.1.0"
