"""The desk's page of audit entries, for whoever may see them."""

import json
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from data.clock import from_iso
from data.errors import BadValueError
from data.store import audit
from data.store.audit_chain import Entry
from data.store.audit_commits import COMMITTED
from sync.audit.trail import LOCAL
from sync.auth import Person
from sync.desk.page import Desk
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub

ACT_LABELS = {
    COMMITTED: "数据变更",
    "migrate": "升级数据表",
    "restore": "从备份恢复",
    "back_up": "备份",
    "make_audit_key": "建立审计密钥",
    "archive_audit": "归档审计记录",
    "export_audit": "导出审计记录",
    "sign_in": "登录",
    "sign_in_failed": "登录失败",
    "sign_in_shut": "登录锁定",
    "begin_shift": "上班登录",
    "end_shift": "交班",
    "add_person": "新增人员",
    "set_role": "调整角色",
    "set_password": "修改密码",
    "reset_password": "重置密码",
    "set_pin": "设置 PIN",
    "enable_person": "启用人员",
    "disable_person": "停用人员",
    "add_device": "新增坐席电脑",
    "enrol": "登记坐席电脑",
    "rename_device": "改名坐席电脑",
    "move_device": "调整坐席电脑范围",
    "set_reader": "调整电脑可见范围",
    "revoke_device": "注销坐席电脑",
    "revoke_cloned_device": "注销被复制的电脑",
    "set_sign_in_policy": "修改登录规定",
    "reveal": "查看明文",
    "reveal_refused": "查看明文超次被拒",
    "export": "导出名单",
    "export_clear": "导出明文电话",
    "forget_customers": "清除过期客户信息",
    "find_by_phone": "按电话查客户",
    "make_ticket": "建工单",
    "work_ticket": "处理工单",
    "add_business": "新增业务分类",
    "change_business": "修改业务分类",
    "retire_business": "停用业务分类",
    "bring_back_business": "恢复业务分类",
    "add_outage": "新增停电",
    "revise_outage": "停电改期",
    "restore_outage": "确认送电",
    "withdraw_outage": "撤销停电",
    "begin_outage": "登记实际停电",
    "edit_outage": "修改停电资料",
    "publish_outage": "登记停电发布",
    "reopen_outage": "恢复为未送电",
    "save_outage_template": "保存停电模板",
    "remove_outage_template": "删除停电模板",
    "import_planned_works": "批量导入计划停电",
    "edit_script": "修改话术",
    "post_notice": "发布公告",
    "withdraw_notice": "撤回公告",
    "set_up_centre": "修改本中心设置",
    "outage_add": "新增停电（坐席电脑）",
    "outage_revise": "停电改期（坐席电脑）",
    "outage_restore": "确认送电（坐席电脑）",
    "outage_withdraw": "撤销停电（坐席电脑）",
    "area_edit": "修改区域（坐席电脑）",
    "raise_suspicion": "提示疑似停电",
    "dismiss_suspicion": "排除疑似停电",
    "confirm_suspicion": "疑似停电设为停电",
    "pull": "营销系统取数",
    "approve_pull": "批准取数",
    "import": "导入文件",
    "import_calls": "导入话务",
    "conflict": "修改冲突",
    "settle_conflict": "处理冲突",
}
"""What acts are called on the page; others stand there by their own name."""

_PAGE = 100

Text = Annotated[str, Query(max_length=100)]


def audit_page_router(hub: Hub) -> APIRouter:
    """The page `/desk/audit`."""
    router = APIRouter(include_in_schema=False)
    desk = Desk({"day_and_time": _day_and_time, "in_words": _in_words}, {"ACT_LABELS": ACT_LABELS})
    may_see = PersonWho(hub.store, "see_audit")

    @router.get("/desk/audit")
    def entries(
        request: Request,
        reader: Annotated[Person, Depends(may_see)],
        since: Text = "",
        until: Text = "",
        actor: Text = "",
        act: Text = "",
        before: Annotated[int | None, Query(ge=1, lt=1 << 31)] = None,
    ) -> Response:
        error, filters = "", {"since": since, "until": until, "actor": actor, "act": act}
        try:
            wanted = _wanted(since, until, actor.strip(), act)
        except BadValueError as bad:
            error, wanted = str(bad), audit.Wanted()
        with hub.store.read() as connection:
            found = audit.newest(connection, wanted, before=before, limit=_PAGE + 1)
            acts = audit.acts_of(connection)
        shown = found[:_PAGE]
        older = urlencode({**filters, "before": shown[-1].number}) if len(found) > _PAGE else ""
        values = {"entries": shown, "acts": acts, "older": older, "filters": filters, "first": before is None}
        return desk.render(request, reader, "audit.html", 422 if error else 200, error=error, **values)

    return router


def _wanted(since: str, until: str, actor: str, act: str) -> audit.Wanted:
    """What the filters ask for; commits, which are many, only where they are asked for."""
    last = _day(until, "至") if until else None
    return audit.Wanted(
        since=_day(since, "从") if since else None,
        until=last + timedelta(days=1) if last else None,
        actor=actor,
        acts=() if act in {"", "*"} else (act,),
        not_acts=(COMMITTED,) if act == "" else (),
    )


def _day(text: str, field: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=LOCAL)
    except ValueError:
        raise BadValueError(field, text, "fill in a day 请填写日期") from None


def _day_and_time(at: str) -> str:
    return from_iso(at).astimezone(LOCAL).strftime("%Y-%m-%d %H:%M:%S")


def _in_words(entry: Entry) -> str:
    """What an entry is about, for people: a commit without its digest."""
    if entry.act != COMMITTED:
        return entry.about
    try:
        about = json.loads(entry.about)
        return f"{about['action']}（{about['changed']} 条，版本 {about['revision']}）"
    except (ValueError, KeyError, TypeError):
        return entry.about  # somebody changed it: whoever looks must see that
