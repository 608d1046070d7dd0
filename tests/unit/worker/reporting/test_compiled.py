"""Compiled templates are found again, and only by who would compile them to the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from worker.reporting.compiled import CompiledTemplates


class Notes:
    """Keeps contents in memory."""

    def __init__(self) -> None:
        self.contents: dict[tuple[str, str], bytes] = {}
        self.recalled = 0

    def recall(self, kind: str, depends_on: str) -> bytes | None:
        found = self.contents.get((kind, depends_on))
        self.recalled += found is not None
        return found

    def keep(self, kind: str, depends_on: str, content: bytes) -> None:
        self.contents[kind, depends_on] = content


@pytest.fixture
def maker(tmp_path: Path) -> Path:
    path = tmp_path / "maker.py"
    path.write_text("one = 1")
    return path


def rendered(notes: Notes, maker: Path, text: str = "{{ word }}!") -> str:
    environment = Environment(
        loader=DictLoader({"t": text}), autoescape=True, bytecode_cache=CompiledTemplates(notes, maker)
    )
    return environment.get_template("t").render(word="frob")


def test_a_template_is_compiled_once(maker: Path) -> None:
    notes = Notes()
    assert [rendered(notes, maker) for _ in range(3)] == ["frob!"] * 3
    assert (len(notes.contents), notes.recalled) == (1, 2)


def test_another_text_is_another_template(maker: Path) -> None:
    notes = Notes()
    assert rendered(notes, maker) == "frob!"
    assert rendered(notes, maker, "{{ word }}?") == "frob?"
    assert notes.recalled == 0


def test_other_settings_compile_it_anew(maker: Path) -> None:
    notes = Notes()
    rendered(notes, maker)
    maker.write_text("one = 2")
    rendered(notes, maker)
    assert notes.recalled == 0


@pytest.mark.parametrize("content", [b"", b"rubbish", b"j2\x00", b"cut"])
def test_a_content_that_is_none_does_no_harm(maker: Path, content: bytes) -> None:
    notes = Notes()
    rendered(notes, maker)
    notes.contents = {key: kept[:-9] if content == b"cut" else content for key, kept in notes.contents.items()}
    assert rendered(notes, maker) == "frob!"
