"""The supply network as a page: branch, substation, feeder, transformer area, customers; each opened when asked for."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from sync.auth import Person
from sync.desk import place_words
from sync.desk.place_words import Said, said
from sync.desk.places.lookup import Places
from sync.desk.places.lookup_page import place_desk
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.language import Language

_COUNTS: dict[str, Said] = {
    "feeders": ("线路", "feeders"),
    "transformer_areas": ("台区", "transformer areas"),
    "customers": ("户", "customers"),
    "important": ("重要", "important"),
    "high_risk": ("高危", "high-risk"),
    "sensitive": ("敏感", "sensitive"),
}

NodeKey = Annotated[str, Query(max_length=300)]


def tree_router(hub: Hub, places: Places) -> APIRouter:
    """The page `/desk/tree`, and what htmx puts below a node."""
    router = APIRouter(include_in_schema=False)
    desk = place_desk({"node_label": node_label, "counts_of": counts_of})
    Reader = Annotated[Person, Depends(PersonWho(hub.store, "see_places"))]

    @router.get("/desk/tree")
    def tree(request: Request, reader: Reader, key: NodeKey = "", *, important: bool = False) -> Response:
        """The roots; with `key` the way down to that node and what is below it."""
        roots = places.open_node(reader, None)
        opened = places.open_node(reader, key, important=important) if key else None
        return desk.render(request, reader, "tree.html", roots=roots, opened=opened, important=important)

    @router.get("/desk/tree/below")
    def below(
        request: Request, reader: Reader, key: NodeKey, after: NodeKey = "", *, important: bool = False
    ) -> Response:
        """The lines right below a node, from where `after` says."""
        opened = places.open_node(reader, key, after=after or None, important=important)
        return desk.render(request, reader, "tree_below.html", opened=opened, key=key, important=important)

    return router


def node_label(node: Mapping[str, Any], lang: Language) -> str:
    """Number and name of a node; for what has no name on record, what it stands for."""
    name = node["name"] or said(place_words.UNFILED, node["kind"], lang)
    return f"{node['number']} {name}" if node["number"] else str(name)


def counts_of(node: Mapping[str, Any], lang: Language) -> str:
    """How much is below a node, in words: `3 线路 · 41 台区 · 1,024 户`; empty for a customer."""
    if node["kind"] == "customer":
        return ""
    own = {"feeder": "feeders", "transformer_area": "transformer_areas"}.get(node["kind"])
    counted = [(name, node["counts"][name]) for name in _COUNTS if name != own]
    return " · ".join(f"{number:,} {said(_COUNTS, name, lang)}" for name, number in counted if number)
