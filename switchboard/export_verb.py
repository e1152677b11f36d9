"""The verb that writes records of the hub to a file."""

import argparse
from pathlib import Path

from data.export_files import check_name
from data.exporting import Export
from data.store.buckets import buckets_of_scope
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from sync.auth.branches import branch_list
from sync.copies.export import export_to
from sync.hub.home import HubHome


def export(options: argparse.Namespace) -> dict[str, object]:
    """Writes the records, masked unless clear phones are asked for; in the trail as done by whoever runs it."""
    path = Path(options.out)
    check_name(path)
    store = HubHome(home_of(options)).open_store()
    with store.read() as connection:
        branch_list(connection, tuple(options.branch))  # refuses one that is not known
        buckets = buckets_of_scope(connection, options.branch)
    wanted = Export(options.what, buckets, clear=options.clear_phones)
    rows = export_to(store, wanted, path, os_actor())
    return {"file": str(path), "what": options.what, "rows": rows, "clear_phones": wanted.clear}
