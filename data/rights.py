"""Who may do what: one table, which the hub reads, its tests walk and docs/rights.md shows."""

from data.errors import DataError

ROLES = {
    "agent": ("坐席", "Agent"),
    "duty_officer": ("值班员", "Duty officer"),
    "maintainer": ("检修人员", "Maintenance staff"),
    "editor": ("农电所维护员", "Station editor"),
    "supervisor": ("班长", "Supervisor"),
    "administrator": ("管理员", "Administrator"),
    "importer": ("导入程序", "Importing program"),
    "display": ("大屏", "Display"),
    "auditor": ("审计员", "Auditor"),
}
"""Every role and what it is called, in Chinese and in English."""

LEAST_ROLE = "agent"
"""What a PC may do while nobody is signed in at it: as much as the least of its users."""

ACTS = {
    "see_desk": "看停电台账页面",
    "see_wallboard": "看大屏",
    "set_outage": "设置停电信息",
    "make_ticket": "建工单",
    "work_tickets": "处理工单和复电回访",
    "tell_customers": "登记重要客户通知",
    "edit_scripts": "编辑话术",
    "post_notices": "发布公告",
    "set_up_centre": "设置本中心的规则和链接",
    "see_places": "在页面上查询、看线路树和地图",
    "find_by_phone": "按电话号码查客户",
    "write_entries": "在坐席电脑上登记（工单、小结、查询记录）",
    "edit_records": "维护本所的区域和农网客户",
    "resolve_conflicts": "处理冲突的修改",
    "reveal": "查看明文",
    "export": "导出名单（电话遮盖）",
    "export_clear": "导出明文电话",
    "send_call_events": "上报话务事件",
    "import_files": "导入文件",
    "run_pull": "从营销系统取数",
    "approve_pull": "批准大批删除的取数",
    "see_fleet": "看坐席电脑一览",
    "manage_devices": "登记、注销坐席电脑和大屏",
    "manage_people": "管理人员和角色",
    "see_audit": "看审计记录",
    "back_up": "备份",
}
"""Every act and what it is called."""

_AT_THE_PHONE = frozenset({"agent", "duty_officer", "supervisor", "administrator"})
_STAFF = _AT_THE_PHONE | {"maintainer", "editor"}
_IN_CHARGE = frozenset({"supervisor", "administrator"})
_ADMINISTRATOR = frozenset({"administrator"})

RIGHTS: dict[str, frozenset[str]] = {
    "see_desk": _STAFF | {"auditor"},
    "see_wallboard": _STAFF | {"auditor", "display"},
    "set_outage": frozenset({"duty_officer", "maintainer", "supervisor", "administrator"}),
    "make_ticket": _AT_THE_PHONE,
    "work_tickets": _AT_THE_PHONE,
    "tell_customers": frozenset({"duty_officer", "maintainer", "supervisor", "administrator"}),
    "edit_scripts": _IN_CHARGE,
    "post_notices": _IN_CHARGE | {"duty_officer"},
    "set_up_centre": _IN_CHARGE,
    "see_places": _STAFF | {"auditor"},
    "find_by_phone": _AT_THE_PHONE,
    "write_entries": _STAFF,
    "edit_records": _IN_CHARGE | {"editor"},
    "resolve_conflicts": _IN_CHARGE | {"duty_officer", "maintainer", "editor"},
    "reveal": _AT_THE_PHONE,
    "export": _IN_CHARGE | {"editor"},
    "export_clear": _IN_CHARGE,
    "send_call_events": _ADMINISTRATOR | {"importer"},
    "import_files": _ADMINISTRATOR | {"importer"},
    "run_pull": _ADMINISTRATOR | {"importer"},
    "approve_pull": _ADMINISTRATOR,
    "see_fleet": _IN_CHARGE | {"auditor"},
    "manage_devices": _ADMINISTRATOR,
    "manage_people": _ADMINISTRATOR,
    "see_audit": _ADMINISTRATOR | {"auditor"},
    "back_up": _ADMINISTRATOR,
}
"""For each act, the roles that may do it."""

DEVICE_ACTS = {
    "keep_cache": "保有本机缓存",
    "tell_choices": "上报常用选择（不含姓名）",
    "report_status": "上报本机状态",
    "sign_in_here": "坐席在本机登录、交班",
}
"""What a device does of itself, whoever sits at it."""

_AT_A_PC = frozenset(
    {
        "see_desk",
        "see_wallboard",
        "set_outage",
        "make_ticket",
        "work_tickets",
        "find_by_phone",
        "write_entries",
        "edit_records",
        "resolve_conflicts",
        "reveal",
    }
)

DEVICES = {"pc": "坐席电脑", "display": "大屏"}

DEVICE_RIGHTS: dict[str, frozenset[str]] = {
    "pc": _AT_A_PC | set(DEVICE_ACTS),
    "display": frozenset({"see_wallboard"}),
}
"""For each kind of device, what may be done through it: a person at one has the rights that both have.

Nobody manages people or devices, or takes data out, with a PIN.
"""


class ForbiddenError(DataError):
    """This person may not do that."""


def may(role: str, act: str) -> bool:
    """Whether `role` may do `act`."""
    return role in RIGHTS[act]


def check(role: str, act: str) -> None:
    """Does nothing where `role` may do `act`.

    Raises:
        ForbiddenError: it may not.
    """
    if not may(role, act):
        allowed = ", ".join(sorted(RIGHTS[act]))
        refused = ForbiddenError(f"the role {role} may not {_words(act)}: {allowed} may")
        raise refused.about("role_may_not", role=role, act=act)


def check_device(kind: str, act: str) -> None:
    """Does nothing where `act` may be done through a device of this kind.

    Raises:
        ForbiddenError: it may not.
    """
    if act not in DEVICE_RIGHTS[kind]:
        refused = ForbiddenError(f"nobody may {_words(act)} through a device of the kind {kind}")
        raise refused.about("device_may_not", act=act)


def _words(act: str) -> str:
    return act.replace("_", " ")
