"""The code that a new area would get, told before it is stored."""

from collections import defaultdict

from sqlalchemy import Connection

from data.fields import Doc
from data.kinds import AREA
from data.names.area_codes import Readings, UncodedArea, assign_codes, county_of
from data.store.rows import all_docs

_NEW = ""


def suggested_code(connection: Connection, name: str, parent_id: str, level: str, readings_of: Readings) -> str:
    """The shortest code of an area of this name that no other in its county has; empty for no name."""
    if not name.strip():
        return ""
    areas: dict[str, Doc] = {str(doc["id"]): doc for doc in all_docs(connection, AREA.name)}
    areas[_NEW] = AREA.canonical({"id": "new", "name": name, "parent_id": parent_id, "level": level or None})
    taken: dict[str, list[str]] = defaultdict(list)
    for key, doc in areas.items():
        if doc["code"]:
            taken[county_of(key, areas)].append(str(doc["code"]))
    uncoded = UncodedArea(_NEW, name, level, county_of(_NEW, areas))
    return assign_codes([uncoded], taken, readings_of)[_NEW]
