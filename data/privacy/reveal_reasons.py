"""Why somebody may see what is masked; the desktop offers the same list."""

from data.masking import PERSONAL

REASONS = {
    "identity": "核实身份",
    "callback": "回拨客户",
    "dispatch": "派工联系",
    "complaint": "处理投诉",
    "other": "其他",
}
FIELDS = PERSONAL
SHOWN_FOR_S = 60
"""How long a screen shows what was revealed."""
