"""What the pages call places and their states, in Chinese and English."""

from sync.language import Language

Said = tuple[str, str]
"""In Chinese, and in English."""

KINDS: dict[str, Said] = {
    "area": ("区域", "Area"),
    "branch": ("供电单位", "Branch"),
    "substation": ("变电站", "Substation"),
    "feeder": ("线路", "Feeder"),
    "transformer_area": ("台区", "Transformer area"),
    "straight": ("线路直供", "Straight on the feeder"),
    "customer": ("客户", "Customer"),
}
STATES: dict[str, Said] = {
    "normal": ("正常", "Normal"),
    "outage": ("停电", "Out"),
    "partial_outage": ("部分停电", "Partly out"),
    "maintenance": ("检修", "Maintenance"),
    "suspected": ("疑似停电", "Suspected"),
    "unknown": ("无供电资料", "No supply data"),
}
PHASES: dict[str, Said] = {
    "upcoming": ("未开始", "To come"),
    "active": ("进行中", "Going on"),
    "overdue": ("超时未复电", "Overdue"),
    "ended_by_clock": ("已到时（未确认）", "Ended by the clock, not confirmed"),
    "restored": ("已送电", "Restored"),
}
OUTAGES: dict[str, Said] = {
    "planned": ("计划停电", "Planned outage"),
    "fault": ("故障停电", "Fault"),
    "temporary": ("临时停电", "Short-notice outage"),
    "load_management": ("有序用电", "Load management"),
    "supply_limit": ("超供电能力停限电", "Supply limit"),
    "meter_box": ("表箱停电", "Meter-box outage"),
    "maintenance": ("检修", "Maintenance"),
}
ROLES: dict[str, Said] = {
    "area_manager": ("台区经理", "Area manager"),
    "branch_duty": ("值班室", "Duty desk"),
    "repair_crew": ("抢修班", "Repair crew"),
    "branch_manager": ("所长", "Branch manager"),
}
IMPORTANCE: dict[str, Said] = {
    "special": ("特级", "special"),
    "first": ("一级", "first"),
    "second": ("二级", "second"),
    "temporary": ("临时", "temporary"),
}
UNFILED: dict[str, Said] = {
    "branch": ("（未归供电单位）", "(no branch on record)"),
    "substation": ("（未归变电站）", "(no substation on record)"),
    "feeder": ("（未归线路）", "(no feeder on record)"),
    "transformer_area": ("（台区资料缺失）", "(transformer area missing)"),
    "straight": ("线路直供客户", "Customers straight on the feeder"),
    "customer": ("（无名）", "(no name)"),
}


def said(words: dict[str, Said], key: str, lang: Language) -> str:
    """The word of `key` in the reader's language; the key itself where there is none."""
    return words.get(key, (key, key))[lang == "en"]
