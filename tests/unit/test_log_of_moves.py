"""A customer that left a branch is named to this branch's caches, however often it is touched elsewhere since."""

from data.store import change_log
from data.store.store import Store
from sync.hub.retention import LogRetention


def test_what_left_a_branch_is_still_told_there_after_the_log_was_compacted(store: Store) -> None:
    with store.read() as connection:
        since = change_log.head(connection)
    for change in ({"transformer_area": "T3"}, {"address": "高桥村1组"}, {"address": "高桥村2组"}):
        with store.write("test", "change") as writing:
            writing.put("customer", {"id": "2114000001", **change})
    LogRetention(store).compact()
    with store.read() as connection:
        for bucket in ("branch:B1", "branch:B2"):
            assert change_log.touched_since(connection, since, [bucket], 10) == [("customer", "2114000001")], bucket
