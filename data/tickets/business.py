"""The business catalogue: a tree of what calls are about, whose roots are the kinds of ticket. Knows no store.

An entry's code says where it stands: `trouble_report.02.01` is below `trouble_report.02`, below `trouble_report`. What
a centre has changed or added is laid over the catalogue that everybody begins with.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from data.errors import BadValueError, NotFoundError
from data.fields import Doc
from data.tickets.states import TICKET_KINDS

LEVELS_AT_MOST = 3
_CHILDREN_AT_MOST = 99
_ROOT_HOURS = {"trouble_report": 24.0, "enquiry": 72.0, "complaint": 120.0, "chase_up": 4.0, "follow_up": 48.0}


@dataclass(frozen=True, slots=True)
class Business:
    """One entry of the catalogue.

    Attributes:
        code: Its own for good; what it is called may change.
        due_hours: Within so many hours such a ticket must be settled; None: as its parent has it.
        retired: Offered no more; tickets that were filed under it keep it.
    """

    code: str
    name: str
    due_hours: float | None = None
    retired: bool = False

    @property
    def parent(self) -> str | None:
        """The code of what it is below; None for a root."""
        return self.code.rpartition(".")[0] or None

    @property
    def kind(self) -> str:
        """The kind of ticket that is filed under it."""
        return self.code.partition(".")[0]

    @property
    def level(self) -> int:
        """1 for a root."""
        return self.code.count(".") + 1

    def to_doc(self) -> Doc:
        """The entry as a record of the kind `business`."""
        return {
            "id": self.code,
            "name": self.name,
            "parent_id": self.parent,
            "due_hours": self.due_hours,
            "retired": self.retired,
        }


def _defaults() -> dict[str, Business]:
    tree: dict[str, dict[str, tuple[str, ...]]] = {
        "trouble_report": {
            "无电": ("单户", "多户", "整个台区"),
            "缺相或电压异常": ("电压低", "电压不稳", "缺相"),
            "设备故障": ("表箱、电能表", "电杆、导线", "变压器"),
            "安全隐患": ("断线、接地", "冒烟、着火", "树障、外力"),
            "其他报修": (),
        },
        "enquiry": {
            "停电信息": ("计划停电", "故障停电", "何时来电"),
            "电费电价": ("电费查询", "电价政策", "交费方式"),
            "业扩办电": ("新装增容", "变更用电", "办理进度"),
            "用电常识": (),
            "其他咨询": (),
        },
        "complaint": {
            "供电质量": ("频繁停电", "电压质量"),
            "服务行为": ("服务态度", "超时未到现场"),
            "抄表收费": (),
            "其他投诉": (),
        },
        "chase_up": {"催抢修": (), "催办电": (), "催答复": ()},
        "follow_up": {"报修回访": (), "投诉回访": (), "来电告知": ()},
    }
    found = {kind: Business(kind, TICKET_KINDS[kind], _ROOT_HOURS[kind]) for kind in TICKET_KINDS}
    for kind, groups in tree.items():
        for number, (name, below) in enumerate(groups.items(), 1):
            group = f"{kind}.{number:02}"
            found[group] = Business(group, name)
            found |= {f"{group}.{at:02}": Business(f"{group}.{at:02}", one) for at, one in enumerate(below, 1)}
    return found


DEFAULTS: Mapping[str, Business] = _defaults()
"""What every centre begins with, by code."""


@dataclass(frozen=True)
class Catalogue:
    """Every entry, by code: in the order of the tree."""

    entries: Mapping[str, Business]

    @cached_property
    def _below(self) -> Mapping[str | None, list[Business]]:
        below: dict[str | None, list[Business]] = {}
        for one in self.entries.values():
            below.setdefault(one.parent, []).append(one)
        return below

    def below(self, code: str) -> list[Business]:
        """The entries straight below one, retired ones too."""
        return self._below.get(code, [])

    def find(self, code: str) -> Business:
        """The entry with this code.

        Raises:
            NotFoundError: there is none.
        """
        if code not in self.entries:
            raise NotFoundError(f"the business catalogue has no entry {code!r} 业务目录中没有这一项")
        return self.entries[code]

    def path(self, code: str) -> str:
        """What it is called with all above it: `报修 > 无电 > 单户`; a code that is not known stands for itself."""
        return " > ".join(self.entries[one].name if one in self.entries else one for one in _upwards(code)[::-1])

    def due_hours(self, code: str) -> float | None:
        """Within how many hours a ticket filed there must be settled: its own or the nearest above; None: any time."""
        hours = (self.entries[one].due_hours for one in _upwards(code) if one in self.entries)
        return next((one for one in hours if one is not None), None)

    def offered(self, kind: str) -> list[Business]:
        """What a ticket of a kind can be filed under: neither retired nor below what is; in the order of the tree."""
        known = [one for one in self.entries.values() if one.kind == kind and one.level > 1]
        return [one for one in known if not any(self.is_retired(above) for above in _upwards(one.code))]

    def is_retired(self, code: str) -> bool:
        """Whether an entry itself is retired."""
        return code in self.entries and self.entries[code].retired

    def next_code(self, parent: str) -> str:
        """The code of a new entry below `parent`; none is ever given twice.

        Raises:
            NotFoundError: there is no such parent.
            BadValueError: it stands too deep, or has too many below it.
        """
        above = self.find(parent)
        if above.level >= LEVELS_AT_MOST:
            raise BadValueError("parent", parent, f"the catalogue has {LEVELS_AT_MOST} levels 业务目录最多三级")
        last = max((int(one.code.rpartition(".")[2]) for one in self.below(parent)), default=0)
        if last >= _CHILDREN_AT_MOST:
            raise BadValueError("parent", parent, f"has {_CHILDREN_AT_MOST} entries below it already 下级已满")
        return f"{parent}.{last + 1:02}"


def catalogue_of(docs: Iterable[Doc]) -> Catalogue:
    """The catalogue that holds where these records of the kind `business` are stored."""
    entries = {**DEFAULTS}
    for doc in docs:
        code = str(doc["id"])
        hours = doc.get("due_hours")
        known = entries.get(code, Business(code, code))
        entries[code] = replace(
            known,
            name=str(doc["name"]),
            due_hours=float(hours) if isinstance(hours, int | float) else None,
            retired=bool(doc.get("retired")),
        )
    kinds = list(TICKET_KINDS)
    in_order = sorted(entries, key=lambda code: (kinds.index(entries[code].kind), code))
    return Catalogue({code: entries[code] for code in in_order})


def _upwards(code: str) -> list[str]:
    """A code and those above it, the root last."""
    parts = code.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
