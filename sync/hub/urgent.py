"""What cannot wait for a second request: small changes of urgent kinds, sent along with the event that tells of it."""

import json
from dataclasses import dataclass

from sqlalchemy import Connection

from data.caches.build import changes_for
from data.caches.columns import later_fields
from data.kinds import KINDS
from data.store import change_log
from data.store.set_hash import GLOBAL
from data.store.store import Store
from sync.protocol import ChangeBatch

_AT_MOST = 16
"""Records: more are fetched."""


@dataclass(frozen=True, slots=True)
class News:
    """What listeners are told.

    Attributes:
        batch: A `ChangeBatch` as JSON that brings every cache at `since` to `revision`; empty where there is none.
    """

    epoch: str
    since: int
    revision: int
    batch: str = ""


def news_since(store: Store, since: int) -> News:
    """The head, with what changed after `since` where that is little and all of urgent kinds: every scope has those."""
    with store.read() as connection:
        epoch, head = change_log.epoch(connection), change_log.head(connection)
        if not change_log.floor(connection) <= since < head:
            return News(epoch, since, head)
        touched = change_log.touched_since(connection, since, None, _AT_MOST)
        if not touched or not all(KINDS[kind].urgent for kind, _ in touched):
            return News(epoch, since, head)
        batch = _batch(connection, News(epoch, since, head), touched)
    return News(epoch, since, head, json.dumps(batch.to_json(), ensure_ascii=False, separators=(",", ":")))


def _batch(connection: Connection, news: News, touched: list[tuple[str, str]]) -> ChangeBatch:
    kinds = {kind for kind, _ in touched}
    sums = {part: one for part, one in change_log.sums(connection, [GLOBAL]).items() if part[1] in kinds}
    return ChangeBatch(
        epoch=news.epoch,
        scope="",
        since=news.since,
        revision=news.revision,
        sums=sums,
        changes=tuple(changes_for(connection, touched, None)),
        fields=later_fields(),
        partial=True,
    )
