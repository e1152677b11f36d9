"""Lines of the rules in their reader's language: why a row, a field or a request is refused.

The rules speak to programs and logs, in one line. What an error is called by a key is in `sync.refusal_words`; where
there is only a line (a row of a file keeps nothing else), it is known here by its form. `{…}` stands for any text.
"""

import re
from collections.abc import Mapping

from sync.language import Language

_LINES: tuple[tuple[str, str, str], ...] = (
    # values of every kind
    ("must not be empty", "必填", ""),
    ("must not be longer than {most} characters", "最多 {most} 个字符", ""),
    ("must be text", "应为文字", ""),
    ("must be a list of texts", "应为一列文字", ""),
    ("must be a number", "应为数字", ""),
    ("must be a finite number", "应为数字", ""),
    ("must be true or false", "请填“是”或“否”", ""),
    ("must be 是 or 否 (yes, no, 1, 0)", "请填“是”或“否”", "must be yes or no"),
    ("must be a number from 0, such as 1250 or 1,250 kVA", "应为数字，如 1250", ""),
    ("must be one of {listed}", "请填其中之一：{listed}", "must be one of {listed}"),
    ("must be an object", "内容有误", ""),
    ("must be after {start}", "须晚于 {start}", ""),
    ("give one of {listed}", "请填其中之一：{listed}", "give one of {listed}"),
    ("{name} is not known: give one of {listed}", "没有 {name} 这一项，可填：{listed}", ""),
    ("give 1 to {most}", "请填 1 至 {most}", ""),
    ("give a number from {least} to {most}", "请填 {least} 至 {most}", ""),
    ("give a whole number from {least} to {most}", "请填 {least} 至 {most} 的整数", ""),
    ("give hours by kind, such as planned: 168", "请按停电类型填写小时数", ""),
    ("give 1 minute to 366 days", "时长为 1 分钟至 366 天", ""),
    (
        "holds characters that are none: is the {text} in another encoding?",
        "含有无法识别的字符：请检查编码",
        "",
    ),
    # records, as imports and forms take them
    (
        "no {label} ({kind}) has this id, number or name",
        "没有这个{label}：请填名称、编码或编号",
        "nothing of this kind ({kind}) has this id, number or name",
    ),
    (
        "{count} {label} answer to this, give the id: {ids}",
        "有 {count} 个{label}同名，请填编号：{ids}",
        "{count} answer to this, give the id: {ids}",
    ),
    ("a customer number has 10 digits", "户号为 10 位数字", ""),
    ("a customer needs a transformer area or a feeder", "客户须有台区或线路", ""),
    ("an area code is made of the letters a to z and digits", "编码只能用英文字母和数字", ""),
    ("{name} in the same county has it", "同一县区的 {name} 已使用", ""),
    ("row {row} has it already", "第 {row} 行已有", ""),
    ("this code is not in the code list", "此代码不在代码表中", ""),
    ("another row of the source has this id already", "来源中另一行已有此编号", ""),
    ("another pull of {name} was stored meanwhile: run it again", "期间另一次取数（{name}）已入库，请重新取数", ""),
    (
        "there is no pull {count}: switchboard pull --history lists them",
        "没有第 {count} 次取数",
        "there is no pull {count}",
    ),
    (
        "the pull {count} does not wait for approval: an approval is for one pull alone",
        "第 {count} 次取数不在等待批准",
        "the pull {count} does not wait for approval",
    ),
    ("the mapping has no source {name}: look at the list again", "配置中没有来源 {name}，请刷新列表", ""),
    ("this lies within the record itself", "上级在本记录之内", ""),
    ("its own row is rejected, or is below this one", "上级所在的行已退回，或在本行之下", ""),
    (
        "a phone number has {few} to {many} digits, such as 0429-3123456",
        "号码应有 {few} 至 {many} 位数字，如 0429-3123456",
        "",
    ),
    (
        "a spreadsheet has shortened this number: format the column as text",
        "表格软件缩写了这个号码：请把该列设为文本",
        "",
    ),
    (
        "{number}: 请写上区号，如 {example} write the area code too",
        "{number}：请写上区号，如 {example}",
        "{number}: write the area code too, such as {example}",
    ),
    (
        "{number}: 不是完整的号码，如 13812345678、0429-3123456、95598 no whole phone number",
        "{number}：不是完整的号码，如 13812345678、0429-3123456、95598",
        "{number}: no whole phone number, such as 13812345678, 0429-3123456 or 95598",
    ),
    (
        "传真请写区号和号码，如 0429-3123456 a fax number has its area code",
        "传真请写区号和号码，如 0429-3123456",
        "a fax number has its area code, such as 0429-3123456",
    ),
    (
        "不是电子邮箱，如 wang@example.com no e-mail address",
        "不是电子邮箱，如 wang@example.com",
        "no e-mail address, such as wang@example.com",
    ),
    (
        "邮政编码是 6 位数字，如 125001 a postcode has 6 digits",
        "邮政编码是 6 位数字，如 125001",
        "a postcode has 6 digits, such as 125001",
    ),
    (
        "应在 {least} 至 {most} {unit} 之间 must be {_a} to {_b}",
        "应在 {least} 至 {most} {unit} 之间",
        "must be {least} to {most} {unit}",
    ),
    (
        "已有记录使用此编号（可能已停用） another record has it, perhaps a retired one",
        "已有记录使用此编号（可能已停用）",
        "another record has it, perhaps a retired one",
    ),
    ("请填写户号 give the customer number", "请填写户号", "give the customer number"),
    ("没有这个字段 no such field: give {listed}", "没有这个字段，可填：{listed}", "no such field: give {listed}"),
    (
        "号码已遮盖，请完整重填 masked: type the whole number anew",
        "号码已遮盖，请完整重填",
        "masked: type the whole number anew",
    ),
    (
        "{label} {key} 已被他人修改，请核对两个版本 was changed meanwhile: look at both versions",
        "{label} {key} 已被他人修改，请核对两个版本",
        "{key} was changed meanwhile: look at both versions",
    ),
    (
        "no retired {label} has the id {key} 没有停用的记录",
        "没有停用的{label} {key}",
        "no retired record has the id {key}",
    ),
    (
        "nobody has changed {label} {key} yet 没有可撤销的修改",
        "{label} {key} 没有可撤销的修改",
        "nobody has changed {key} yet",
    ),
    ("{kind} is no kind of record that is kept here: give one of {listed}", "这里不维护 {kind}，可选：{listed}", ""),
    # files
    ("more cells than the header has columns: is a comma unquoted?", "单元格比表头多：是否有逗号没加引号", ""),
    ("a quotation mark is opened and not closed", "引号没有配对", ""),
    ("not a row of a CSV file: {why}", "不是 CSV 的一行：{why}", ""),
    ("holds bytes that are no {encoding} text: type the row anew", "含有无法识别的字节：请重新录入这一行", ""),
    (
        "no header row of {label}: the first row has none of {listed}",
        "没有{label}的表头：首行没有 {listed} 中的任何一列",
        "no header row: the first row has none of {listed}",
    ),
    ("the columns {columns} both mean {field}: keep one", "{columns} 两列含义相同（{field}），请保留一列", ""),
    (
        "the column {field} or {headers} is missing: every {label} needs it",
        "缺少列 {headers}：每个{label}都要有",
        "the column {field} is missing: every record needs it",
    ),
    ("the column {field} is missing: every {label} needs it", "缺少列 {field}：每个{label}都要有", ""),
    (
        "{file}: an old .xls or a protected workbook: save it as .xlsx or CSV without a password",
        "{file}：是旧版 .xls 或有密码的工作簿，请另存为无密码的 .xlsx 或 CSV",
        "",
    ),
    ("{file}: the file is empty: a header and rows are wanted", "{file}：文件是空的，应有表头和数据行", ""),
    ("{file}: the header in row {row}: {fault}", "{file}：第 {row} 行的表头有误：{fault}", ""),
    ("{file}: the text is UTF-16: save it as CSV UTF-8", "{file}：是 UTF-16 文本，请另存为 CSV UTF-8", ""),
    (
        "{file}: neither UTF-8 nor GB18030 text, nor a spreadsheet: save it as .xlsx or CSV UTF-8",
        "{file}：不是 UTF-8 或 GB18030 文本，也不是表格，请另存为 .xlsx 或 CSV UTF-8",
        "",
    ),
    ("{file}: cannot be read: {why}", "{file}：无法读取（{why}）", ""),
    (
        "{file}: not a spreadsheet that can be read ({why}): save it as .xlsx or CSV",
        "{file}：表格无法读取（{why}），请另存为 .xlsx 或 CSV",
        "",
    ),
    ("{file}: the workbook has no visible sheet", "{file}：工作簿没有可见的工作表", ""),
    ("{file} cannot be written: {why}", "{file}：写不出来（{why}）", ""),
    (
        (
            "文件太大，请拆分，或用命令行导入 a file is at most {most} MB here: "
            "split it, or use the command switchboard import"
        ),
        "文件超过 {most} MB，请拆分，或用命令行导入",
        "a file is at most {most} MB here: split it, or use the command switchboard import",
    ),
    (
        "文件已清除，请重新上传 this file is not kept any more: send it again",
        "文件已清除，请重新上传",
        "this file is not kept any more: send it again",
    ),
    (
        "资料已有变化，请重新核对 the records have changed since: look again",
        "资料已有变化，请重新核对",
        "the records have changed since: look again",
    ),
    (
        "the file has more than {most} rows 超过 {_a} 行: split it 请分成几个文件",
        "文件超过 {most} 行，请分成几个文件",
        "the file has more than {most} rows: split it",
    ),
    (
        "the file has more than {most} bytes 文件太大: split it 请分成几个文件",
        "文件超过 {most} 字节，请分成几个文件",
        "the file has more than {most} bytes: split it",
    ),
    # planned works
    ("give date and time, such as {example}", "请写日期和时间，如 {example}", ""),
    ("ETR {etr} is not after the start {start}", "结束时间须晚于开始时间", ""),
    ("give two local times, such as {example}", "请写两个时间，如 {example}", ""),
    ("give days such as {example}; Monday is 1", "请写星期，如 1-5 或 1,3,5，星期一为 1", ""),
    (
        "are needed with weekdays and weeks, such as 08:00-17:00",
        "写了星期或间隔周数，就要写停电时段，如 08:00-17:00",
        "",
    ),
    ("no hours of the timetable lie {between}", "开始与结束之间没有一次停电时段", ""),
    ("no {kind} has the id, number or name '{name}'", "没有“{name}”：请填编号或名称", ""),
    ("{kind} '{name}' is not unique: give one of the ids {ids}", "“{name}”不唯一，请填编号：{ids}", ""),
    (
        "{name} is not one of your branches' {chinese}",
        "不归本单位供电",
        "{name} is not one of your branches'",
    ),
    # tickets and their catalogue
    (
        "the business catalogue has no entry {code} 业务目录中没有这一项",
        "业务目录中没有 {code} 这一项",
        "the business catalogue has no entry {code}",
    ),
    (
        "the catalogue has {levels} levels 业务目录最多三级",
        "业务目录最多 {levels} 级",
        "the catalogue has {levels} levels",
    ),
    ("has {count} entries below it already 下级已满", "下级已满 {count} 项", "has {count} entries below it already"),
    (
        "the kinds of ticket keep their names 一级分类不能改名",
        "一级分类不能改名",
        "the kinds of ticket keep their names",
    ),
    (
        "the kinds of ticket cannot be retired 一级分类不能停用",
        "一级分类不能停用",
        "the kinds of ticket cannot be retired",
    ),
    (
        "give 1 to {most} characters 请填写 {_a} 个字",
        "请填写 1 至 {most} 个字",
        "give 1 to {most} characters",
    ),
    (
        "is there already, perhaps retired 同级已有此项（可能已停用）",
        "同级已有此项（可能已停用）",
        "is there already, perhaps retired",
    ),
    (
        "give more than 0 and at most {most} 请填写 0 至 {_a} 小时",
        "请填写 0 至 {most} 小时",
        "give more than 0 and at most {most}",
    ),
    ("give hours from 0 to {most} 请填写 0 至 {_a} 小时", "请填写 0 至 {most} 小时", "give hours from 0 to {most}"),
    ("is not for the kind {kind} 与工单类型不符", "与工单类型不符", "is not for the kind {kind}"),
    (
        "a ticket that is {state} goes to {ways} 不能这样变更状态",
        "不能这样变更状态",
        "a ticket that is {state} goes to {ways}",
    ),
    ("give at most {most} characters 最多 {_a} 字", "最多 {most} 字", "give at most {most} characters"),
    (
        "nobody is called {name}, or is shut out 没有这个人员或已停用",
        "没有 {name} 这个人员，或已停用",
        "nobody is called {name}, or is shut out",
    ),
    (
        "a ticket is not linked to itself, nor to what is linked to it 不能关联自身",
        "不能关联自身",
        "a ticket is not linked to itself, nor to what is linked to it",
    ),
    (
        "it is settled: take it up again first 已结束，请先重新处理",
        "已结束，请先重新处理",
        "it is settled: take it up again first",
    ),
    (
        "say why it is promised for another time 请写明改期原因",
        "请写明改期原因",
        "say why it is promised for another time",
    ),
    ("is before the ticket was made 早于建单时间", "早于建单时间", "is before the ticket was made"),
    (
        "several tickets have ids that begin with {name}: give the number 请给出完整工单号",
        "有多张工单以 {name} 开头，请给出完整工单号",
        "several tickets have ids that begin with {name}: give the number",
    ),
    ("has a kind and an id: give both or none", "地点的类型和编号须一起填", ""),
    # the centre's settings
    ("写 1 至 {most} 个字 1 to {_a} characters", "写 1 至 {most} 个字", "give 1 to {most} characters"),
    ("最多 {most} 个 at most {_a}", "最多 {most} 个", "at most {most}"),
    ("there is no such threshold; there are {listed}", "没有这项阈值，可设：{listed}", ""),
    ("give an object with some of {listed}", "请给出其中几项：{listed}", ""),
    (
        "没有话术 {key} there is no script {_a}: give one of {listed}, or CASE.KIND",
        "没有话术 {key}，可选：{listed}",
        "there is no script {key}: give one of {listed}, or CASE.KIND",
    ),
    ("{sign} 未知 is not known", "{sign} 未知", "{sign} is not known"),
    # the hub's own jobs
    ("[Errno 28] No space left on device{path}", "磁盘已满{path}", ""),
    ("[Errno 2] No such file or directory{path}", "目录不存在{path}", ""),
    ("[Errno 13] Permission denied{path}", "没有权限{path}", ""),
    ("[Errno 17] File exists{path}", "同名文件已存在{path}", ""),
    ("[Errno 20] Not a directory{path}", "不是目录{path}", ""),
    ("[Errno 30] Read-only file system{path}", "磁盘只读{path}", ""),
    ("database or disk is full", "磁盘已满", ""),
    ("{error}: see the hub's log", "{error}，请查看服务器日志", ""),
    ("the passphrase file {path} cannot be read: {why}", "口令文件 {path} 无法读取：{why}", ""),
    ("the passphrase file {path} is empty", "口令文件 {path} 是空的", ""),
    ("{path} is no directory: make it first", "目录 {path} 不存在", ""),
    # people, devices, asking
    ("no conflict has the id {key}", "没有这个冲突", ""),
    ("no suspicion has the id {key}: suspicions list shows them", "没有这条疑似停电", "no suspicion has the id {key}"),
    ("device {name} is not unique: give one of the ids {ids}", "设备 {name} 不唯一，请填编号：{ids}", ""),
    (
        "too many requests 请求过于频繁: wait {wait} s 请稍候",
        "请求过于频繁，请等 {wait} 秒",
        "Too many requests: wait {wait} s",
    ),
    (
        "this shift is over 本班已结束: sign in again 请重新登录",
        "本班已结束，请重新登录",
        "This shift is over: sign in again",
    ),
    ("sign in at this PC first 请先在本机登录", "请先在本机登录", "Sign in at this PC first"),
    (
        "change your password on the hub's pages first 请先在网页上修改密码",
        "请先在网页上修改密码",
        "Change your password on the hub's pages first",
    ),
    (
        "this device is not enrolled at this hub, or was revoked: enrol it again",
        "这台设备没有在本服务器登记，或已注销，请重新登记",
        "",
    ),
    (
        "this device's secret was used twice, as only a copy of it is: the device is revoked, enrol it again",
        "这台设备的凭据在两处使用过，可能被复制；已注销，请重新登记",
        "",
    ),
    ("sign in, or enrol this device, to be told of changes", "请先登录，或登记这台设备", ""),
    (
        "no customer of this number is to be seen from here 没有这个户号，或不在本机范围内",
        "没有这个户号，或不在本机范围内",
        "No customer of this number is to be seen from here",
    ),
    ("a body is at most {most} bytes long 内容太大", "内容超过 {most} 字节", "A body is at most {most} bytes long"),
    (
        "the body did not come within {seconds} s 发送太慢",
        "{seconds} 秒内没有收完",
        "The body did not come within {seconds} s",
    ),
    (
        "an unexpected failure, number {number} in the hub's log 服务器出错，编号 {_a}",
        "服务器出错，日志编号 {number}",
        "An unexpected failure, number {number} in the hub's log",
    ),
)
"""Each form with what it says in Chinese and in English; "" where the line is English itself."""

_CHOICE = re.compile(r"(\S+) \(([^()]*[\u4e00-\u9fff][^()]*)\)")
"""One of the choices that a line lists: its code and its Chinese word."""


def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*?)", re.escape(form)), re.DOTALL)


_FORMS = tuple(
    (_pattern(form), zh, en or form)
    for form, zh, en in sorted(_LINES, key=lambda line: -len(re.sub(r"\{\w+\}", "", line[0])))
)
"""The longest first: a short one may fit what a longer one says better."""


def line_words(line: str, lang: Language) -> str:
    """A line in one of the languages; as it is where its form is not known."""
    for pattern, zh, en in _FORMS:
        if found := pattern.fullmatch(line):
            return (en if lang == "en" else zh).format_map(_slots(found.groupdict(), lang))
    return line


def _slots(found: Mapping[str, str], lang: Language) -> dict[str, str]:
    """What stood in the slots: choices by their words, and lines within lines in the language too."""
    slots = dict(found)
    if "listed" in slots:
        slots["listed"] = _CHOICE.sub(r"\1" if lang == "en" else r"\2", slots["listed"])
    if "fault" in slots:
        slots["fault"] = line_words(slots["fault"], lang)
    return slots
