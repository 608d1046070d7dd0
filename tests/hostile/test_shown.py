"""What a hostile tool says reaches people as text: on the terminal, on the page, in files for other programs."""

from __future__ import annotations

import json
import shutil
import unicodedata
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.e2e.command_line import Ended, run_program

_HIDING = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_LAYOUT = {"\n", "\t"}
# It describes itself, and what it says of itself, of a mistake and at its death is what escapes.py says.
_TOOL = """#!/bin/sh
here=${0%/*}
case "$1" in
    --help) printf 'usage: talker [--loud WORD]\\n\\n  --loud WORD  \\033]0;owned\\007\\033[2J <script>1</script>\\n' ;;
    --version) printf 'talker 1.0 \\033[31m\\302\\2331m\\n' ;;
    --loud) "$here/escapes.py"; kill -SEGV $$ ;;
    *) "$here/escapes.py"; exit 2 ;;
esac
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("talker")
    for open_to_all in (made, made.parent):
        open_to_all.chmod(0o755)
    shutil.copy(tools / "escapes.py", made)
    (made / "talker").write_text(_TOOL)
    (made / "talker").chmod(0o755)
    return made


@pytest.fixture(scope="module")
def ended(folder: Path) -> Ended:
    words = ("--profile", "quick", "--max-cases", "30", "-f", "text", "-f", "html", "-f", "json", "-f", "junit")
    return run_program("run", str(folder / "talker"), *words, "-o", str(folder / "reports"), folder=folder)


def powerful(text: str) -> set[str]:
    """Name the characters that could move a cursor, change a direction or hide something."""
    return {character for character in text if unicodedata.category(character) in _HIDING} - _LAYOUT


def test_the_terminal_shows_it_and_obeys_none_of_it(ended: Ended) -> None:
    assert "SIGSEGV" in ended.out + ended.err
    assert powerful(ended.out) == powerful(ended.err) == set()


@pytest.mark.usefixtures("ended")
def test_a_finding_looked_at_closely_shows_it_and_the_terminal_obeys_none_of_it(folder: Path) -> None:
    for words in (("show", "F1"), ("report",), ("trace",)):
        shown = run_program(*words, folder=folder)
        assert powerful(shown.out) == powerful(shown.err) == set(), words
    assert "\\x1b]0;owned\\x07" in run_program("show", "F1", folder=folder).out


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.usefixtures("ended")
def test_the_page_has_no_tag_of_the_tools_making(folder: Path) -> None:
    text = (folder / "reports" / "report.html").read_text()
    page = _Page()
    page.feed(text)
    assert "owned" in text
    assert not [attributes for tag, attributes in page.tags if tag == "img" or "onerror" in attributes]
    assert not [
        value for _, attributes in page.tags for value in attributes.values() if "inside.invalid" in (value or "")
    ]
    assert powerful(text) == set()


@pytest.mark.usefixtures("ended")
def test_files_for_other_programs_can_be_read(folder: Path) -> None:
    assert json.loads((folder / "reports" / "report.json").read_bytes())["findings"]
    assert powerful((folder / "reports" / "junit.xml").read_text()) == set()
    assert ET.parse(folder / "reports" / "junit.xml").getroot().tag == "testsuites"
