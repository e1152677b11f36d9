"""The links to a centre's other systems that stand on a record's card."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from data.links import Link, facts_of_record, links_for, read_links


def card_links(connection: Connection, card: Mapping[str, Any]) -> list[Link]:
    """Of a lookup's result: what it is, and the feeder and transformer area that supply it where it is one of each."""
    facts: dict[str, str | None] = {}
    for kind in ("feeder", "transformer_area"):
        supply = card[f"{kind}s"]
        if len(supply) == 1:
            facts |= facts_of_record(kind, supply[0])
    number = {"number": card["code"], "code": card["code"]}
    return links_for(read_links(connection), {**facts, **facts_of_record(card["kind"], {"id": card["id"], **number})})
