"""What work in the background reports to the desktop."""

from collections.abc import Callable

from assistant.model.notice_messages import NoticesSeen, PromisesSeen
from assistant.model.popup_messages import CacheChanged, CacheSeen, HubSeen, Intent, OutageSeen, OutboxSeen, ShiftSeen

EVENTS: dict[str, Intent] = {
    "cache_changed": CacheChanged(),
    "hub_lost": HubSeen(connected=False),
    "hub_back": HubSeen(connected=True),
    "cache_damaged": CacheSeen(damaged=True),
    "cache_whole": CacheSeen(damaged=False),
    "outage_active": OutageSeen(active=True),
    "outage_clear": OutageSeen(active=False),
}
"""What can be reported by its name alone."""

Post = Callable[[str | OutboxSeen | ShiftSeen | NoticesSeen | PromisesSeen], None]
"""Takes a report from any thread, by a name in `EVENTS` or in full."""

Background = Callable[[Post], Callable[[], None]]
"""Starts some work that reports; returns what ends it."""
