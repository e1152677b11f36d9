"""The invented customers: streamed, so that a million of them never stand in memory together."""

from collections.abc import Iterator, Sequence

from data.demo.chance import Chance, Weighted
from data.demo.network import Site
from data.demo.people import LARGE, Trade, company, person
from data.fields import Doc

_FIRST_NUMBER = 2_114_000_000
_STEP = 37
_COMPANIES = 0.11
_SENSITIVE_PERSONS = 0.003
_HOUSEHOLD_KVA = Weighted((8.0, 16.0, 4.0, 24.0), (70, 20, 6, 4))
_RANKS = Weighted(("special", "first", "second", "temporary"), (2, 20, 60, 18))


def customers(count: int, sites: Sequence[Site], chance: Chance) -> Iterator[Doc]:
    """`count` customers by ascending customer number, spread over `sites` by chance."""
    for ordinal in range(count):
        site = chance.pick(sites)
        number = str(_FIRST_NUMBER + ordinal * _STEP + chance.below(_STEP))
        if chance.fraction() < _COMPANIES:
            yield _company(number, site, chance)
        else:
            yield _household(number, site, chance)


def _household(number: str, site: Site, chance: Chance) -> Doc:
    return {
        "id": number,
        "name": person(chance),
        "address": site.address + _house(site, chance),
        "transformer_area": site.transformer_area,
        "feeder": None,
        "phone": chance.mobile(),
        "contract_kva": _HOUSEHOLD_KVA.pick(chance),
        "importance": None,
        "high_risk": False,
        "sensitive": chance.fraction() < _SENSITIVE_PERSONS,
        "source": site.source,
    }


def _company(number: str, site: Site, chance: Chance) -> Doc:
    """A company; one with a large contract has a line of its own straight from the feeder."""
    name, trade = company(chance, site.stem)
    direct = trade.kva is LARGE
    return {
        "id": number,
        "name": name,
        "address": f"{site.address}{1 + chance.below(300)}号",
        "transformer_area": None if direct else site.transformer_area,
        "feeder": site.feeder if direct else None,
        "phone": chance.landline() if direct else chance.mobile(),
        "contract_kva": chance.pick(trade.kva),
        "importance": _importance(trade, chance),
        "high_risk": trade.high_risk,
        "sensitive": chance.fraction() < trade.sensitive,
        "source": site.source,
    }


def _importance(trade: Trade, chance: Chance) -> str | None:
    return _RANKS.pick(chance) if chance.fraction() < trade.importance else None


def _house(site: Site, chance: Chance) -> str:
    if site.urban:
        floor, door = 1 + chance.below(18), 1 + chance.below(4)
        return f"{1 + chance.below(40)}号楼{1 + chance.below(5)}单元{floor}0{door}"
    return f"{1 + chance.below(9)}组{1 + chance.below(120)}号"
