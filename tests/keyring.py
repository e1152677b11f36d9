"""A desktop's keyring, as `secret-tool` shows it."""

from pathlib import Path

import pytest

_SECRET_TOOL = """#!/bin/sh
# One secret a list of attributes.
verb=$1; shift
[ "$verb" = store ] && shift
file="$KEPT/$(echo "$*" | tr '/ ' '__')"
case $verb in
  store) cat > "$file" ;;
  lookup) cat "$file" ;;
  clear) rm "$file" ;;
esac
"""


def make_keyring(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts a program in the place of secret-tool; where it keeps what it is given."""
    kept, program = directory / "kept", directory / "bin" / "secret-tool"
    kept.mkdir()
    program.parent.mkdir()
    program.write_text(_SECRET_TOOL)
    program.chmod(0o755)
    monkeypatch.setenv("KEPT", str(kept))
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    return kept
