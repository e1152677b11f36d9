"""What `audit list` prints: one line an entry, whatever was typed."""

from pathlib import Path

import pytest

from switchboard.cli import main
from sync.hub.home import make_hub_home


def test_an_entry_is_one_line_and_commands_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = make_hub_home(tmp_path / "hub")
    store = home.open_store()
    with store.write("test", "import") as writing:
        about = "customers 户表\n9  2026-01-01  os:root  reveal  x\x1b[2J\u202e.csv"
        writing.note("person:wang", "import", about)
    store.engine.dispose()
    assert main(["audit", "list", "--home", str(home.path), "--act", "import"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "person:wang  import  customers 户表\\n9" in line
    assert "\\x1b[2J\\u202e.csv" in line
