"""What the public is told of a window's scope, made from it."""

from collections.abc import Mapping, Sequence

from data.fields import Json

_AT_MOST = 8


def public_scope(scope: Sequence[Mapping[str, Json]]) -> str:
    """`10kV 塔山线（616）全线；朱家村`: what of a scope has a name, customers only by their count.

    Args:
        scope: Items with `kind`, `id`, `name` and `number`, the last two None where they are not known.
    """
    told = [_named(item) for item in scope if item["kind"] != "customer"]
    customers = sum(item["kind"] == "customer" for item in scope)
    more = [f"等 {len(told)} 处"] if len(told) > _AT_MOST else []
    return "；".join([*told[:_AT_MOST], *more, *([f"{customers} 户客户"] if customers else [])])


def _named(item: Mapping[str, Json]) -> str:
    name = str(item["name"] or item["id"])
    number = f"（{item['number']}）" if item.get("number") and str(item["number"]) not in name else ""
    return f"{name}{number}全线" if item["kind"] == "feeder" else f"{name}{number}"
