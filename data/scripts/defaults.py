"""What is said where a centre has written nothing of its own, in Chinese and English.

The English says the class of the cause, not the reason, which was typed in Chinese.
"""

from data.kinds import CAUSES, OUTAGE_KINDS

OUTAGE_KINDS_EN = {
    "planned": "planned outage",
    "fault": "fault outage",
    "temporary": "short-notice outage",
    "load_management": "load management",
    "supply_limit": "supply-limit curtailment",
    "meter_box": "meter-box outage",
    "maintenance": "maintenance",
}
CAUSES_EN = {
    "planned_work": "planned work",
    "equipment": "equipment failure",
    "weather": "severe weather",
    "external": "damage by others",
    "customer": "a customer's equipment",
    "overload": "overload",
    "upstream": "the upstream supply",
    "safety": "a safety measure",
    "unknown": "the cause is being looked for",
}

KIND_WORDS = {"zh": OUTAGE_KINDS, "en": OUTAGE_KINDS_EN}
CAUSE_WORDS = {"zh": CAUSES, "en": CAUSES_EN}

_PART_ZH = "[部分区域（{total}个台区中的{out}个）]"
_PART_EN = "[ (in part: {out} of {total} transformer areas)]"
_OFF_EN = "Power at {place}" + _PART_EN + " has been off since {start}: {kind}[ ({cause})][, {hours}]."

DEFAULTS: dict[str, tuple[str, str]] = {
    "normal": ("{place}目前没有停电信息。", "There is no outage on record for {place} at present."),
    "upcoming": (
        "{place}目前供电正常；{next_start}起计划{kind}（{reason}）[，停电时段为{hours}]，预计{etr}恢复。",
        (
            "{place} has power at present. From {next_start}: {kind}[ ({cause})][, {hours}]. "
            "Power is expected back by {etr}."
        ),
    ),
    "upcoming.planned": (
        "{place}目前供电正常；{next_start}起计划停电（{reason}）[，停电时段为{hours}]，预计{etr}恢复。",
        (
            "{place} has power at present. From {next_start}: {kind}[ ({cause})][, {hours}]. "
            "Power is expected back by {etr}."
        ),
    ),
    "upcoming.maintenance": (
        "{place}目前供电正常；{next_start}起计划检修（{reason}）[，时段为{hours}]，供电可能受影响，预计{etr}结束。",
        (
            "{place} has power at present. Maintenance begins at {next_start}[ ({cause})][, {hours}]; "
            "the supply may be affected. It is expected to end by {etr}."
        ),
    ),
    "active": (
        "{place}" + _PART_ZH + "自{start}起{kind}（{reason}）[，停电时段为{hours}]，预计{etr}恢复。",
        _OFF_EN + " It is expected back by {etr}.",
    ),
    "partly_restored": (
        "{place}" + _PART_ZH + "自{start}起{kind}（{reason}），同一停电已有部分区域恢复，此处预计{etr}恢复。",
        _OFF_EN + " Part of the places concerned have power again; here it is expected back by {etr}.",
    ),
    "overdue": (
        "{place}" + _PART_ZH + "自{start}起{kind}（{reason}），原预计{etr}恢复，现场尚未确认送电。",
        _OFF_EN + " It was expected back by {etr}; the crew has not confirmed it yet.",
    ),
    "overdue.maintenance": (
        "{place}自{start}起检修（{reason}），供电可能受影响，原预计{etr}恢复，现场尚未确认送电。",
        (
            "Maintenance at {place} since {start}[ ({cause})]; the supply may be affected. "
            "It was expected to end by {etr}; the crew has not confirmed it yet."
        ),
    ),
    "maintenance": (
        "{place}自{start}起检修（{reason}），供电可能受影响，预计{etr}恢复。",
        (
            "Maintenance at {place} since {start}[ ({cause})][, {hours}]; the supply may be affected. "
            "It is expected to end by {etr}."
        ),
    ),
    "ended_by_clock": (
        "{place}的{kind}原定{etr}结束，尚未收到现场确认。",
        "The {kind} at {place} was to end by {etr}; the crew has not confirmed it yet.",
    ),
    "restored": ("{place}已于{restored_at}恢复供电。", "Power at {place} has been back since {restored_at}."),
    "restored.maintenance": (
        "{place}的检修已于{restored_at}结束。",
        "The maintenance at {place} ended at {restored_at}.",
    ),
    "suspected": (
        "{place}疑似停电，正在核实，目前还没有确认的停电信息。",
        "An outage at {place} is suspected and being checked; nothing is confirmed yet.",
    ),
    "unknown": (
        "{place}没有供电资料[，请联系{branch}][{branch_phone}]。",
        "There is no supply record for {place}[; please call {branch}][, {branch_phone}].",
    ),
}
"""The templates by id: a case, or a case and an outage kind, such as `upcoming.planned`."""
