"""What audited acts and who did them are called, in Chinese and in English."""

from collections.abc import Mapping

from data.rights import ROLES
from data.store.audit_commits import COMMITTED
from sync.language import Language

_ACTS = {
    COMMITTED: ("数据变更", "Data changed"),
    "migrate": ("升级数据表", "Tables upgraded"),
    "restore": ("从备份恢复", "Put back from a copy"),
    "back_up": ("备份", "Backup"),
    "make_audit_key": ("建立审计密钥", "Audit key made"),
    "archive_audit": ("归档审计记录", "Audit trail archived"),
    "export_audit": ("导出审计记录", "Audit trail exported"),
    "sign_in": ("登录", "Signed in"),
    "sign_out": ("退出登录", "Signed out"),
    "sign_in_failed": ("登录失败", "Sign-in failed"),
    "sign_in_shut": ("登录锁定", "Sign-in shut"),
    "let_in_again": ("解除登录锁定", "Sign-in opened again"),
    "begin_shift": ("上班登录", "Shift begun"),
    "end_shift": ("交班", "Shift ended"),
    "add_person": ("新增人员", "Person added"),
    "set_role": ("调整角色", "Role set"),
    "set_password": ("修改密码", "Password changed"),
    "reset_password": ("重置密码", "Password reset"),
    "set_pin": ("设置 PIN", "PIN set"),
    "enable_person": ("启用人员", "Person let in again"),
    "disable_person": ("停用人员", "Person shut out"),
    "add_device": ("新增坐席电脑", "PC added"),
    "enrol": ("登记坐席电脑", "PC enrolled"),
    "rename_device": ("改名坐席电脑", "PC renamed"),
    "move_device": ("调整坐席电脑范围", "PC moved to other branches"),
    "set_reader": ("调整电脑可见范围", "What a PC may see set"),
    "revoke_device": ("注销坐席电脑", "PC revoked"),
    "revoke_cloned_device": ("注销被复制的电脑", "Copied PC revoked"),
    "set_sign_in_policy": ("修改登录规定", "Sign-in policy set"),
    "reveal": ("查看明文", "Value revealed"),
    "reveal_refused": ("查看明文超次被拒", "Reveal refused: too many"),
    "export": ("导出名单", "List exported"),
    "export_clear": ("导出明文电话", "List exported with clear phones"),
    "forget_customers": ("清除过期客户信息", "Customers forgotten"),
    "find_by_phone": ("按电话查客户", "Customer found by phone"),
    "make_ticket": ("建工单", "Ticket made"),
    "work_ticket": ("处理工单", "Ticket worked on"),
    "add_business": ("新增业务分类", "Business added"),
    "change_business": ("修改业务分类", "Business changed"),
    "retire_business": ("停用业务分类", "Business retired"),
    "bring_back_business": ("恢复业务分类", "Business brought back"),
    "add_outage": ("新增停电", "Outage set"),
    "revise_outage": ("停电改期", "ETR moved"),
    "restore_outage": ("确认送电", "Restoration confirmed"),
    "withdraw_outage": ("撤销停电", "Outage withdrawn"),
    "begin_outage": ("登记实际停电", "Real start noted"),
    "edit_outage": ("修改停电资料", "Outage edited"),
    "publish_outage": ("登记停电发布", "Publication noted"),
    "reopen_outage": ("恢复为未送电", "Restoration taken back"),
    "save_outage_template": ("保存停电模板", "Outage template kept"),
    "remove_outage_template": ("删除停电模板", "Outage template removed"),
    "import_planned_works": ("批量导入计划停电", "Planned works imported"),
    "edit_script": ("修改话术", "Script edited"),
    "post_notice": ("发布公告", "Notice posted"),
    "withdraw_notice": ("撤回公告", "Notice withdrawn"),
    "set_up_centre": ("修改本中心设置", "Centre's settings changed"),
    "outage_add": ("新增停电（坐席电脑）", "Outage set (PC)"),
    "outage_revise": ("停电改期（坐席电脑）", "ETR moved (PC)"),
    "outage_restore": ("确认送电（坐席电脑）", "Restoration confirmed (PC)"),
    "outage_withdraw": ("撤销停电（坐席电脑）", "Outage withdrawn (PC)"),
    "area_edit": ("修改区域（坐席电脑）", "Area changed (PC)"),
    "raise_suspicion": ("提示疑似停电", "Outage suspected"),
    "dismiss_suspicion": ("排除疑似停电", "Suspicion dismissed"),
    "confirm_suspicion": ("疑似停电设为停电", "Suspicion made an outage"),
    "pull": ("营销系统取数", "Central systems pulled"),
    "approve_pull": ("批准取数", "Pull approved"),
    "decline_pull": ("拒绝取数", "Pull declined"),
    "import": ("导入文件", "File imported"),
    "import_broken_off": ("导入中断", "Import broken off"),
    "import_calls": ("导入话务", "Calls imported"),
    "call_events": ("上报话务", "Calls reported"),
    "conflict": ("修改冲突", "Edits in conflict"),
    "settle_conflict": ("处理冲突", "Conflict settled"),
    "add_call_back": ("登记复电回访", "Call-back noted"),
    "call_back": ("复电回访", "Called back"),
    "see_call_back_number": ("查看回访号码", "Number of a call-back seen"),
    "release_call_back": ("放开复电回访", "Call-back let go"),
    "tell_customer": ("登记重要客户通知", "Customer told"),
    "add_record": ("新增资料", "Record added"),
    "change_record": ("修改资料", "Record changed"),
    "retire_record": ("停用资料", "Record retired"),
    "undo_record": ("撤销资料修改", "Change of a record undone"),
    "bring_back_record": ("恢复停用资料", "Record brought back"),
}


def act_words(act: str, language: Language) -> str:
    """What an act is called; its own name where it has no other."""
    return _ACTS.get(act, (act, act))[language == "en"]


def actor_words(actor: str, devices: Mapping[str, str], language: Language) -> str:
    """Who acted, for people: a person by name, a PC by what it is called, else what of the hub's machine it was.

    Args:
        actor: As the trail names it, such as `person:wang`.
        devices: Names of devices by their ids.
        language: The reader's.
    """
    kind, _, name = actor.partition(":")
    if kind == "person":
        return name
    if kind == "device":
        return devices.get(name, actor)
    if kind == "os":
        return f"{name} (the hub's machine)" if language == "en" else f"{name}（服务器上）"
    return ("The hub" if language == "en" else "服务器") if actor == "hub" else actor


def about_words(act: str, about: str, language: Language) -> str:
    """What an act was about, for people: roles and addresses by what they are called, all else as it stands."""
    if act in {"add_person", "set_role"}:
        name, role, branches = _person_and_role(about)
        return f"{name} · {ROLES[role][language == 'en']} {branches}".strip() if role else about
    if act.startswith("sign_in"):
        return about.replace("address:", "from " if language == "en" else "来自 ")
    return about


def _person_and_role(about: str) -> tuple[str, str, str]:
    """The name, which may have spaces in it, the role and the branches of `NAME ROLE BRANCH ...`."""
    words = about.split(" ")
    at = max((number for number, word in enumerate(words) if number and word in ROLES), default=0)
    return " ".join(words[:at]), words[at] if at else "", "、".join(words[at + 1 :])
