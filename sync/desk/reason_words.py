"""Why a row or a field is refused, in Chinese: the rules of imports speak English, to programs and in logs."""

import re

_CHINESE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"must not be empty", "必填"),
        (r"no (\S+) \(\w+\) has this id, number or name", r"没有这个\1：请填名称、编码或编号"),
        (r"(\d+) (\S+) answer to this, give the id: (.*)", r"有 \1 个\2同名，请填编号：\3"),
        (r"must be one of (.*)", r"请填其中之一：\1"),
        (r"must be a number from 0.*", "应为数字，如 1250"),
        (r"must be 是 or 否.*", "请填“是”或“否”"),
        (r"a customer number has 10 digits", "户号为 10 位数字"),
        (r"a customer needs a transformer area or a feeder", "客户须有台区或线路"),
        (r"an area code is made of .*", "编码只能用英文字母和数字"),
        (r"(.*) in the same county has it", r"同一县区的 \1 已使用"),
        (r"row (\d+) has it already", r"第 \1 行已有"),
        (r"this lies within the record itself", "上级在本记录之内"),
        (r"its own row is rejected, or is below this one", "上级所在的行已退回，或在本行之下"),
        (r"a phone number has 3 to 15 digits.*", "号码应有 3 至 15 位数字，如 0429-3123456"),
        (r"a spreadsheet has shortened this number.*", "表格软件缩写了这个号码：请把该列设为文本"),
        (r"more cells than the header has columns.*", "单元格比表头多：是否有逗号没加引号"),
        (r"a quotation mark is opened and not closed", "引号没有配对"),
        (r"holds bytes that are no .*", "含有无法识别的字节：请重新录入这一行"),
        (r"give date and time, such as (.*)", r"请写日期和时间，如 \1"),
        (r"ETR \S+ is not after the start .*", "结束时间须晚于开始时间"),
        (r"give two local times, such as (.*)", r"请写两个时间，如 \1"),
        (r"give days such as .*", "请写星期，如 1-5 或 1,3,5，星期一为 1"),
        (r"are needed with weekdays and weeks.*", "写了星期或间隔周数，就要写停电时段，如 08:00-17:00"),
        (r"no hours of the timetable lie .*", "开始与结束之间没有一次停电时段"),
        (r"no .+ has the id, number or name '(.*)'", r"没有“\1”：请填编号或名称"),
        (r".+ '(.*)' is not unique: give one of the ids (.*)", r"“\1”不唯一，请填编号：\2"),
        (r".+ is not one of your branches' .*", "不归本单位供电"),
        (r"give 1 to 8", "请填 1 至 8"),
        (r"holds characters that are none.*", "含有无法识别的字符：请检查文件编码"),
    )
)


def reason_words(reason: str, language: str) -> str:
    """`reason` for readers of a language; as it is where it is not known, for then it speaks both."""
    if language == "en":
        return reason
    for pattern, words in _CHINESE:
        if found := pattern.fullmatch(reason):
            return found.expand(words)
    return reason
