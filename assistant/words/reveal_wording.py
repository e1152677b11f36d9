"""The words of revealing what is masked, in Chinese and English."""

from data.privacy.reveal_reasons import REASONS

_EN = {"identity": "Identity", "callback": "Call back", "dispatch": "Dispatch", "complaint": "Complaint"}

ZH = {
    "action.reveal": "查看电话",
    "reveal.why": "为什么要看？选择后记入审计。",
    "reveal.asking": "正在向服务器查询电话……",
    "reveal.shown": "电话原文 {left} 秒后隐藏",
    "notice.not_known": "没有登记电话",
    "notice.not_revealed": "不能查看：{value}",
    "notice.nothing_masked": "没有可查看的电话",
    "notice.sign_in_to_reveal": "请先登录再查看电话",
    **{f"reveal.{code}": label for code, label in REASONS.items()},
}

EN = {
    "action.reveal": "Show phone",
    "reveal.why": "What for? The reason is audited.",
    "reveal.asking": "Asking the hub for the phone…",
    "reveal.shown": "The phone is hidden in {left} s",
    "notice.not_known": "No phone is known",
    "notice.not_revealed": "Not to be shown: {value}",
    "notice.nothing_masked": "There is no phone to show",
    "notice.sign_in_to_reveal": "Sign in first to see the phone",
    **{f"reveal.{code}": _EN.get(code, "Other") for code in REASONS},
}
