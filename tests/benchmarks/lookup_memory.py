"""What a fresh process that only looks up holds in memory, and how long its first query takes."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.lookup_data import BenchFiles, bench_files
from tests.benchmarks.report import say_heading, say_row

_FEW, _KEYSTROKES = 20_000, 2_000
_ROOT = Path(__file__).parents[2]


def print_memory(files: BenchFiles, keystrokes: list[str]) -> None:
    """Prints memory and the first query's time at 20,000 customers and at the size asked for."""
    say_heading("customers", "first query ms", "MB after it", f"MB after {_KEYSTROKES:,} keystrokes", "peak MB")
    for size in sorted({_FEW, files.customers}):
        found = look_up_alone(bench_files(size).cache, keystrokes[:_KEYSTROKES])
        megabytes = (f"{found[name] / 1024:.1f}" for name in ("opened_kb", "rss_kb", "peak_kb"))
        say_row(f"{size:,}", f"{found['first_ms']:.1f}", *megabytes)


def look_up_alone(cache: Path, keystrokes: list[str]) -> dict[str, Any]:
    """What a fresh process says of itself after these keystrokes."""
    with tempfile.TemporaryDirectory() as directory:
        listed = Path(directory) / "keystrokes.json"
        listed.write_text(json.dumps(keystrokes), encoding="utf-8")
        ended = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.lookup_alone", str(cache), str(listed)],
            check=True,
            stdout=subprocess.PIPE,
            cwd=_ROOT,
        )
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer
