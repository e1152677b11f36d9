"""The documents do not lie: every command in them is one, every file that they name is there."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from switchboard.options import add_verbs

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"(?:^|`|\| |Scripts.)switchboard ([a-z][^`|#\n]*)", re.MULTILINE)
NAMED = {"import areas", "lookup", "outage", "report duty --home R", "trust"}
"""Verbs that a text speaks of, without all that they need to run."""

LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
FILE_IN_TEXT = re.compile(r"`((?:assistant|data|docs|packaging|switchboard|sync|tests|wallboard)/[\w./-]+)`")


def commands() -> list[tuple[str, str]]:
    """Every command with its document, in the order in which they stand: in blocks and within sentences."""
    return [(path.name, found.strip()) for path in DOCUMENTS for found in COMMAND.findall(path.read_text("utf-8"))]


@pytest.mark.parametrize(("document", "command"), commands())
def test_every_command_in_the_documents_is_understood(document: str, command: str) -> None:
    parser = argparse.ArgumentParser()
    add_verbs(parser)
    if command in NAMED:
        with pytest.raises(SystemExit, match="0"):
            parser.parse_args([*shlex.split(command), "--help"])
    else:
        assert parser.parse_args(shlex.split(command)).run


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_is_there(document: Path) -> None:
    text = document.read_text("utf-8")
    named = [document.parent / link for link in LINK.findall(text)]
    named += [ROOT / file for file in FILE_IN_TEXT.findall(text)]
    assert not [str(path) for path in named if not path.exists()]
