"""Whether anything that may be typed or pasted is answered as fast as an ordinary query."""

from pathlib import Path
from random import Random
from statistics import median

from assistant.lookup.lookup import LookupEngine
from data.sqlite import connect
from tests.benchmarks.lookup_speed import timed
from tests.benchmarks.report import say

_MANGLED, _SHOWN = 300, 5
_SIGNS = "\"'*()^:-+ANDORNEAR{}\x00\x1b\n\t\u200b\ufeff\ud800\U0001f600％＊（"
HOSTILE = (
    "",
    " " * 10_000,
    "a" * 48,
    "z" * 48,
    "i" * 48,
    "zh" * 24,
    "n" * 10_000,
    "an" * 5_000,
    "xianxianxianxianxianxianxianxian",
    "fangangangangangangangang",
    "lnlnlnlnlnlnlnlnlnlnlnln",
    "shishishishishishishishi",
    "s h s h s h s h s h s h s h",
    "a b c d e f g h i j k l m n o p q r",
    "塔" * 48,
    "村" * 10_000,
    "村 村 村 村 村 村 村 村 村 村",
    "一二三四五六七八九十" * 5,
    "村a村b村c村d村e村f村g",
    "1" * 48,
    "0" * 10_000,
    "2114",
    "1 2 3 4 5 6 7 8 9",
    "\x00\x01\x02\x1b[31m",
    "\ud800\udfff",
    "😀👨‍👩‍👧‍👦" * 12,
    "NEAR(a b, 3)",
    'name_fts MATCH "x"',
    '"" OR "" AND ""',
    "* * * *",
    "a* OR b* NOT c",
    "'; DROP TABLE name; --",
    "{t}: a",
    "%_%_%_%",
    "\u202e區港龍",
    "é" * 48,
    "ﷺ" * 48,
    "Ａ" * 48,
    "一" * 24 + "a" * 24,
)


def print_hostile(cache: Path, keystrokes: list[str], queries: list[str]) -> None:
    """Prints the slowest hostile inputs beside the median of ordinary keystrokes; what raises is named."""
    connection = connect(cache, read_only=True)
    engine = LookupEngine(connection)
    ordinary = median(timed(engine.search, keystrokes[:: max(1, len(keystrokes) // 1000)], runs=3).values())
    rng = Random(1)
    inputs = [*HOSTILE, *(_mangled(rng, query) for query in rng.sample(queries, min(_MANGLED, len(queries))))]
    times: list[tuple[float, str]] = []
    for one in inputs:
        try:
            times += [(ms, text) for text, ms in timed(engine.search, [one], runs=3).items()]
        except Exception as error:  # noqa: BLE001 - that anything raises is what is reported
            say(f"hostile input raised {error!r}: {one[:40]!r}")
    connection.close()
    times.sort(reverse=True)
    say()
    say(f"{len(inputs)} hostile inputs: at most {times[0][0]:.1f} ms, {times[0][0] / ordinary:.1f} times the median")
    say("slowest: " + ", ".join(f"{one[:24]!r} {ms:.1f}" for ms, one in times[:_SHOWN]))


def _mangled(rng: Random, query: str) -> str:
    """`query` with signs of other languages in it, some of it again, and some of it gone."""
    typed = query
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(typed) + 1)
        typed = typed[:place] + rng.choice([*_SIGNS, typed, typed[::-1], typed.upper()]) + typed[place + 1 :]
    return typed[:10_000]
