"""Refusals as pages say them: in their reader's language, by what the error is.

The line of the error itself is for the command line, the API and logs; where it has no key, `sync.line_words` knows it
by its form.
"""

from collections.abc import Mapping
from datetime import datetime

from starlette.requests import Request

from data.errors import BadValueError, SwitchboardError
from data.kinds import KINDS
from data.outages.suspicion_rules import THRESHOLDS
from data.outages.timetable import SHANGHAI
from data.rights import ACTS, DEVICE_ACTS, ROLES
from data.upkeep.errors import FieldErrors
from sync.language import Language, language
from sync.line_words import line_words

Said = tuple[str, str]

WORDS: Mapping[str, Said] = {
    # files of records
    "no_room_to_import": (
        "服务器磁盘空间不足，未导入：{why}",
        "The hub's disk has no room, nothing was imported: {why}",
    ),
    "import_begins": ("正在导入另一个文件，请稍后再试", "Another import is under way: wait until it is done"),
    "import_under_way": (
        "正在导入另一个文件，请稍后再试：{file}，已写入 {stored}/{rows} 行",
        "Another import is under way, wait until it is done: {file}, {stored} of {rows} rows stored",
    ),
    "import_broken_off": (
        "导入中断：已写入 {stored}/{rows} 行，再导入即补齐其余（{why}）",
        "Broken off: {stored} of {rows} rows are stored, import it again for the rest ({why})",
    ),
    # times
    "etr_not_after_start": ("预计恢复 {etr} 须晚于开始 {start}", "The ETR {etr} must be after the start {start}"),
    "etr_is_over": ("预计恢复时间 {etr} 已过，请改为以后的时间", "The ETR {etr} is over already: give a later one"),
    "in_the_future": ("{at} 还没到，请填写实际发生的时间", "{at} lies in the future: give the time when it happened"),
    "moment_needed": ("请填写日期和时间", "Fill in date and time"),
    "year_out_of_range": ("年份须在 {first} 至 {last} 之间", "Give a time from {first} to {last}"),
    "never_off": (
        "开始与预计恢复之间没有一次停电时段",
        "None of the hours lie between the start and the ETR: power would never be off",
    ),
    "hours_to_the_minute": (
        "停电和送电的钟点只填时、分，如 08:00",
        "Give local hours and minutes alone, such as 08:00",
    ),
    "hours_the_same": (
        "停电和送电不能是同一钟点；全天停电请留空",
        "The two hours are the same: leave them empty instead",
    ),
    "hours_needed": ("停电和送电的钟点都要填", "Fill in both hours"),
    "no_weekday": ("请选星期一至星期日中的几天", "Give one or more days of the week"),
    "too_many_weeks": ("间隔请填 1 至 {most} 周", "Give 1 to {most} weeks"),
    # scopes and records
    "scope_empty": ("请选停电范围", "Pick what is out"),
    "scope_too_large": ("停电范围有 {count} 项，最多 {most} 项", "{count} entries in the scope: give at most {most}"),
    "nothing_named_so": ("没有编号或名称为“{name}”的{kind}", "No {kind} has the number or name '{name}'"),
    "several_named_so": (
        "“{name}”有多个{kind}，请填编号：{listed}",
        "Several answer to '{name}', give a number: {listed}",
    ),
    "place_unknown": ("没有找到“{name}”", "Nothing has the number or name '{name}'"),
    "place_ambiguous": (
        "“{name}”有多个（{kind}），请从列表中选",
        "Several are called '{name}' ({kind}): pick one from the list",
    ),
    "place_kind_needed": ("请选择地点类型", "Give an area, a feeder, a transformer area or a customer"),
    "open_again": ("请重新打开这条记录", "Open the record again"),
    "no_record": ("没有记录 {name}", "There is no record {name}"),
    "no_branch": ("没有这个供电单位：{listed}", "There is no such branch: {listed}"),
    "kept_elsewhere": (
        "{name} 由营销系统维护，请在营销系统中修改",
        "{name} is kept in the marketing system: change it there",
    ),
    "in_use": ("仍被引用，请先处理：{listed}", "Still in use, change these first: {listed}"),
    # windows
    "no_outage": ("没有编号为 {name} 的停电信息", "No outage window has the number {name}"),
    "was_restored": ("已于 {at} 送电，请另设停电信息", "It was restored at {at}: set a new window"),
    "was_withdrawn": ("已于 {at} 撤销，请另设停电信息", "It was withdrawn at {at}: set a new window"),
    "not_begun": ("{start} 才开始，不能先送电；不停了请撤销", "It starts at {start}: withdraw it instead"),
    "not_restored": ("尚未送电，没有可撤回的", "It is not restored: there is nothing to take back"),
    "not_in_scope": ("{kind} {name} 不在停电范围内", "The {kind} {name} is not in the scope"),
    "customer_not_named": (
        "户号 {name} 未单独列入，请按台区送电",
        "Customer {name} is not named: restore its transformer area",
    ),
    "channel_needed": ("请选发布渠道", "Pick a channel"),
    "part_needed": ("请勾选已送电的部分", "Tick what has power again"),
    "window_moved": (
        "这条信息刚被别人改过，请核对后再提交",
        "Somebody else has changed this window meanwhile: look again",
    ),
    "no_such_act": ("没有“{name}”这个操作", "There is no act '{name}'"),
    "suspicion_settled": ("{by} 已于 {at} 处理", "{by} settled it at {at}"),
    "suspicion_lapsed": ("已于 {at} 自行消除，需要时请另设停电信息", "It lapsed at {at}: set a window instead"),
    # texts
    "number_needed": ("请填写数字", "Give a number"),
    "whole_number_needed": ("请填写整数", "Give a whole number"),
    "day_needed": ("请填写日期", "Fill in a day"),
    "days_needed": ("请填写起止日期", "Fill in both days"),
    "last_before_first": ("结束日期早于开始日期", "The last day is before the first"),
    "send_again": ("请重新上传文件", "Send the file again"),
    "side_needed": ("请选择采用哪一方", "Choose one of the two versions"),
    "reason_needed": ("请填写原因，坐席会照读", "A reason is needed: agents read it out"),
    "text_needed": ("请填写，最多 {most} 字", "Give 1 to {most} characters"),
    "field_too_long": ("{field}：最多 {most} 字", "{field}: at most {most} characters"),
    "field_wrong": ("{field}：填写有误", "{field}: {why}"),
    "field_unreadable": (
        "{field}：含有无法读出的字符，是否编码有误？",
        "{field}: holds characters that cannot be read out, is it in another encoding?",
    ),
    "text_not_storable": ("文字中有无法保存的字符", "A text holds a character that cannot be stored"),
    "workbook_too_large": ("{name}：解压后太大，请另存为 CSV", "{name} unpacks to too much: save it as CSV"),
    "cell_far_off": (
        "{name}：第 {row} 行第 {column} 列有单元格离表格太远，请删除它，或另存为 CSV",
        "{name}: a cell stands far from the table, in row {row} and column {column}: delete it, or save it as CSV",
    ),
    "not_a_choice": ("没有“{value}”这一项", "'{value}' is not one of the choices"),
    "out_of_range": ("请填写 {least} 至 {most}", "Give {least} to {most}"),
    # scripts, notices, templates
    "script_wrong": ("{language}：{fault}", "{language}: {fault}"),
    "script_empty": ("话术不能为空", "The script must not be empty"),
    "script_lines": ("话术要写在一行里", "Write the script in one line"),
    "script_brackets": ("方括号 [ ] 要成对，且不能套在一起", "Square brackets must come in pairs, none inside another"),
    "script_lone_brace": (
        "“{sign}”没有配对，占位符要写成 {{place}} 这样",
        "A lone '{sign}': a placeholder is like {{place}}",
    ),
    "script_optional_empty": ("方括号里要有占位符", "An optional part needs a placeholder in it"),
    "script_is_default": ("已是默认话术，没有可恢复的", "It is the default already"),
    "fact_not_always": (
        "{sign} 不一定有，请放进方括号，例如 [，{sign}]",
        "{sign} is not always known: put it into square brackets",
    ),
    "fact_not_then": ("这种情况下没有 {sign}", "{sign} is not known in this case"),
    "no_such_fact": ("没有占位符 {sign}，可用的有：{listed}", "There is no placeholder {sign}; there are: {listed}"),
    "notice_needed": ("请写上要告知的内容", "Write what is to be known"),
    "notice_over": ("结束时间 {until} 要晚于开始和现在", "The end {until} must be after the beginning, and after now"),
    "notice_elsewhere": (
        "只能给本单位发布或撤回公告，请选择单位",
        "A notice of yours is for your branches alone: choose them",
    ),
    "no_notice": ("没有这条公告", "There is no such notice"),
    "no_template": ("没有模板“{name}”", "No template is called '{name}'"),
    "template_name_needed": ("请填写模板名称", "Give the template a name"),
    # rights
    "role_may_not": ("{role}不能：{act}", "The role '{role}' may not: {act}"),
    "device_may_not": ("这台设备不能：{act}", "This device may not: {act}"),
    "not_your_branch": ("{kind} {name} 不归本单位供电", "The {kind} {name} is not one of your branches'"),
    "outage_elsewhere": ("停电信息 {name} 不涉及本单位", "Outage {name} touches none of your branches"),
    "ticket_elsewhere": ("工单 {name} 不归本单位负责", "Ticket {name} is not one of your branches'"),
    "call_back_elsewhere": ("这条回访不归本单位负责", "This call-back is not one of your branches'"),
    # people and devices
    "sign_in_first": ("请先登录", "Sign in first"),
    "wrong_password": ("用户名或密码不对", "Name or password is wrong"),
    "too_many_tries": ("错误次数过多，请 {minutes} 分钟后再试", "Too many wrong tries: wait {minutes} min"),
    "too_many_at_once": ("登录人数过多，请稍候再试", "Too many people sign in at once: try again"),
    "password_must_change": ("请先修改密码", "Change your password first"),
    "password_too_short": ("密码至少 {least} 个字符", "Give at least {least} characters"),
    "password_the_same": ("新旧密码不能相同", "Give another password than before"),
    "pin_length": ("PIN 为 {least} 至 {most} 位数字", "A PIN has {least} to {most} digits"),
    "pin_too_easy": (
        "PIN 不能是同一数字或连续数字",
        "One digit again and again, or digits in a row, are guessed first",
    ),
    "name_taken": ("已有同名人员", "Somebody has this name already"),
    "nobody": ("没有人员“{name}”", "Nobody has the name '{name}'"),
    "last_administrator": (
        "{name} 是最后一个管理员，请先另设一个",
        "{name} is the last administrator: make another one first",
    ),
    "no_device": ("没有设备“{name}”", "No device has the number or name '{name}'"),
    "wrong_code": ("登记码不对或已用过，请重新获取", "This code is wrong or was used before: ask for a new one"),
    "code_expired": ("登记码已于 {at} 过期，请重新获取", "This code expired at {at}: ask for a new one"),
    # tickets, tellings, call-backs, conflicts
    "no_ticket": ("没有工单 {name}", "No ticket has the number {name}"),
    "ticket_moved": (
        "工单 {name} 刚被他人修改，请核对后再提交",
        "Ticket {name} was changed meanwhile: look at it and do it again",
    ),
    "outcome_needed": ("请写明处理结果或原因", "Say what came of it, or why"),
    "phone_needed": ("请填写完整的电话号码", "Give a whole phone number"),
    "subject_needed": ("请指明停电信息、地点或户号", "Say which outage, place or customer it is about"),
    "whom_needed": ("请填写告知对象", "Say who was told"),
    "why_not_needed": ("请填写不需通知的原因", "Say why nobody need be told"),
    "nothing_to_take_back": ("没有可撤回的登记", "There is nothing to take back"),
    "not_on_the_list": ("户号 {name} 不在本次停电的通知名单上", "Customer {name} is not on the list of this outage"),
    "no_call_back": ("没有这条回访", "There is no such call-back"),
    "call_back_closed": ("这条回访已结束", "This call-back is closed"),
    "too_many_claims": (
        "手上已有 {most} 条回访，请先登记结果或放开",
        "{most} call-backs are in your hand: finish one or let it go first",
    ),
    "taken": ("{by} 正在回访此客户", "{by} is calling already"),
    "too_many_reveals": (
        "每小时最多查看 {per_hour} 次，请 {minutes} 分钟后再试",
        "At most {per_hour} values an hour are revealed: wait {minutes} min",
    ),
    "purpose_needed": ("请说明用途", "Say in a few words what it is needed for"),
    "conflict_settled": ("已有人处理", "This conflict was settled before"),
    "conflict_moved": ("记录又有变化，请重新查看", "The record has changed since it was shown: look again"),
    # requests
    "several": ("{faults}", "{faults}"),
    "busy": ("服务器忙，请稍后重试", "The hub is too busy: try again"),
    "hub_disk": (
        "没有保存：服务器磁盘已满或不能写入，请联系管理员",
        "Nothing was kept: the hub's disk is full, failing or read-only. Tell whoever runs the hub",
    ),
    "hub_damaged": (
        "没有保存：服务器数据库已损坏，请立即联系管理员恢复备份",
        "Nothing was kept: the hub's database is damaged. Tell whoever runs the hub to put back the newest copy",
    ),
    "database_busy": ("数据库忙，请重试", "The database is busy or does not answer: try again"),
    "address_too_long": ("地址太长", "The address is too long"),
    "address_wrong": ("地址有误", "The address is no text"),
    "https_only": ("请使用 https 地址", "Use the https address"),
    "other_site": ("请求来自其他网站", "This request comes from another site's page"),
}
"""What each `SwitchboardError.key` is in Chinese and in English; `{…}` are its facts."""

_ACTS: Mapping[str, Said] = {act: (zh, act.replace("_", " ")) for act, zh in {**ACTS, **DEVICE_ACTS}.items()}
_FIELDS: Mapping[str, Said] = {
    field.name: (field.headers[0], field.name.replace("_", " "))
    for kind in KINDS.values()
    for field in kind.fields
    if field.headers
}
_TYPED: Mapping[str, Said] = {
    "reason": ("原因", "Reason"),
    "text": ("内容", "Text"),
    "note": ("备注", "Note"),
    "name": ("名称", "Name"),
    "q": ("查询内容", "What was typed"),
    "whom": ("告知对象", "Whom"),
    "name of who was told": ("告知对象", "Whom"),
    "crew": ("抢修班组", "Crew"),
    "crew_phone": ("班组电话", "Crew's phone"),
    "crew's phone": ("班组电话", "Crew's phone"),
    "public_scope": ("对外范围", "Public text"),
    "public scope": ("对外范围", "Public text"),
}
"""Fields of forms that are none of a record's, and as the rules' own lines call them."""
_THRESHOLDS: Mapping[str, Said] = {name: (one.zh, one.en) for name, one in THRESHOLDS.items()}
_TERMS: Mapping[str, Mapping[str, Said]] = {
    "kind": {name: (kind.label, name.replace("_", " ")) for name, kind in KINDS.items()},
    "role": ROLES,
    "act": _ACTS,
    "field": {**_FIELDS, **_TYPED, **_THRESHOLDS},
    "language": {"zh": ("中文", "Chinese"), "en": ("英文", "English")},
}
"""Facts that are codes, and what these are called."""
_MOMENT = "%Y-%m-%d %H:%M"
_BETWEEN: Mapping[Language, str] = {"zh": "；", "en": "; "}
_COLON: Mapping[Language, str] = {"zh": "：", "en": ": "}


def refusal(request: Request, error: SwitchboardError) -> str:
    """What a page says of an error to whoever asked for it."""
    return refusal_words(error, language(request))


def refusals(request: Request, errors: Mapping[str, SwitchboardError]) -> dict[str, str]:
    """What a page says of several errors, each by its field."""
    return {field: refusal(request, error) for field, error in errors.items()}


def refusal_words(error: SwitchboardError, lang: Language) -> str:
    """An error in one of the languages; its own line where no words are known."""
    if error.key not in WORDS:
        return _by_its_line(error, lang)
    zh, en = WORDS[error.key]
    facts = {name: _fact(name, value, lang) for name, value in error.facts.items()}
    return (en if lang == "en" else zh).format_map(facts)


def _by_its_line(error: SwitchboardError, lang: Language) -> str:
    if isinstance(error, FieldErrors):
        return _BETWEEN[lang].join(_of_field(*one, lang) for one in error.problems.items())
    if isinstance(error, BadValueError):
        return _of_field(error.field, error.reason, lang)
    return line_words(str(error), lang)


def _of_field(field: str, reason: str, lang: Language) -> str:
    return f"{_fact('field', field, lang)}{_COLON[lang]}{line_words(reason, lang)}"


def _fact(name: str, value: object, lang: Language) -> str:
    if isinstance(value, SwitchboardError):
        return refusal_words(value, lang)
    if isinstance(value, tuple):
        return _BETWEEN[lang].join(dict.fromkeys(_fact(name, one, lang) for one in value))
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime(_MOMENT)
    if name == "by":
        return str(value).rpartition(":")[2]  # who, without the kind of account
    terms = _TERMS.get(name, {})
    return terms[str(value)][lang == "en"] if str(value) in terms else str(value)
