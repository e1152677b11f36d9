"""The table of rights as it is shown: docs/rights.md, and `switchboard users rights`."""

from data.rights import ACTS, DEVICE_ACTS, DEVICE_RIGHTS, DEVICES, RIGHTS, ROLES

_HEADING = """# Who may do what

Written by `switchboard users rights`; the hub reads the same table, and the tests try every role on every route.
`●` may, `·` may not. A person at a device has the rights that both have.

"""


def rights_json() -> dict[str, dict[str, list[str]]]:
    """For each role and each kind of device, its acts by name."""
    return {
        "roles": {role: sorted(act for act, roles in RIGHTS.items() if role in roles) for role in ROLES},
        "devices": {kind: sorted(acts) for kind, acts in DEVICE_RIGHTS.items()},
    }


def rights_markdown() -> str:
    """The document: a table of acts by roles, and one of acts by kinds of device."""
    people = _table(
        {role: zh for role, (zh, _) in ROLES.items()},
        ACTS,
        {role: {act for act in ACTS if role in RIGHTS[act]} for role in ROLES},
    )
    devices = _table(DEVICES, {**DEVICE_ACTS, **ACTS}, {kind: set(acts) for kind, acts in DEVICE_RIGHTS.items()})
    return f"{_HEADING}## People 人员\n\n{people}\n## Devices 设备\n\n{devices}"


def _table(columns: dict[str, str], acts: dict[str, str], granted: dict[str, set[str]]) -> str:
    head = ["act", "", *(f"{label} `{name}`" for name, label in columns.items())]
    lines = [head, ["---", "---", *(":-:" for _ in columns)]]
    for act, label in acts.items():
        lines.append([f"`{act}`", label, *("●" if act in granted[column] else "·" for column in columns)])
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
