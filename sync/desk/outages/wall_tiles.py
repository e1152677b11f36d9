"""The windows as a room sees them on the wallboard."""

from typing import Any

from data.fields import Json
from data.kinds import OUTAGE_KINDS
from data.outages.describing import overview
from sync.hub.hub import Hub


def live_outages(hub: Hub) -> list[dict[str, Json]]:
    """The windows that the wallboard shows, with their Chinese labels and what they touch."""
    now = hub.store.clock.now()
    with hub.store.read() as connection:
        return [_tile(told) for told in overview(connection, now)]


def _tile(window: dict[str, Any]) -> dict[str, Json]:
    names = [_for_a_room(item) for item in window["scope"]]
    return {
        "id": window["id"],
        "kind": window["kind"],
        "kind_label": OUTAGE_KINDS[window["kind"]],
        "phase": window["state"],
        "start": window["start"],
        "etr": window["etr"],
        "hold": window["hold"],
        "reason": window["reason"],
        "scope_text": "、".join(names),
        **window["affected"],
    }


def _for_a_room(item: dict[str, Any]) -> str:
    """What a window touches, by name; a customer by number, for whoever passes the display reads it."""
    return f"客户 {item['id']}" if item["kind"] == "customer" else str(item["name"] or item["id"])
