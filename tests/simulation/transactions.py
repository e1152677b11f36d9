"""Random transactions on the small network, drawn from a seed."""

from random import Random

from data.fields import Json
from tests.random_changes import NAMES, Delete, Put

_PHONES = (None, "13812345678", "13887655678", "0429-3112345")
_GOES = {"customer": 4, "transformer_area": 3, "feeder": 3, "contact": 2}


def random_transaction(chance: Random) -> list[Put | Delete]:
    """One to six acts: records come, change, move between branches and go."""
    return [_act(chance) for _ in range(chance.randint(1, 6))]


def _act(chance: Random) -> Put | Delete:
    if chance.random() < 0.2:
        kind = chance.choice([*_GOES])
        return Delete(kind, _id(chance, kind))
    kind = chance.choice(["branch", "feeder", "transformer_area", "customer", "customer", "contact"])
    return Put(kind, {"id": _id(chance, kind), "name": chance.choice(NAMES), **_fields(chance, kind)})


def _id(chance: Random, kind: str) -> str:
    prefix, most = {
        "branch": ("B", 2),
        "feeder": ("F", 3),
        "transformer_area": ("T", 4),
        "customer": ("21140000", 9),
        "contact": ("K", 3),
    }[kind]
    number = chance.randint(1, most)
    return f"{prefix}{number:02}" if kind == "customer" else f"{prefix}{number}"


def _fields(chance: Random, kind: str) -> dict[str, Json]:
    match kind:
        case "feeder":
            return {"number": chance.choice(["616", "617"]), "branch": chance.choice(["B0", "B1", "B2"])}
        case "transformer_area":
            return {"number": "T", "feeder": _id(chance, "feeder")}
        case "customer" if chance.random() < 0.3:
            return {"transformer_area": None, "feeder": _id(chance, "feeder"), "phone": chance.choice(_PHONES)}
        case "customer":
            return {"transformer_area": _id(chance, "transformer_area"), "phone": chance.choice(_PHONES)}
        case "contact":
            return {"phone": "139", "role": "area_manager"}
        case _:
            return {}
