"""The words of notices on the agent's screen, in Chinese and English."""

ZH = {
    "posted.notice": "公告",
    "posted.urgent": "紧急公告",
    "posted.more": "（还有 {count} 条）",
    "posted.read": "{press} 已读",
    "posted.read_tip": "标为已读：值班台能看到谁读过",
}
EN = {
    "posted.notice": "Notice",
    "posted.urgent": "Urgent notice",
    "posted.more": "({count} more)",
    "posted.read": "{press} read",
    "posted.read_tip": "Marks it read: the duty desk sees who has",
}
