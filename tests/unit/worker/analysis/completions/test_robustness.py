"""Hostile completions: nothing is raised, and time grows with the text and no faster."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.utils.text import decode
from tests.effort import effort_of
from worker.analysis.completions.scripts import Shell, read_script, shell_of, speech_in
from worker.analysis.merge import settle_arguments, settle_options

PIECES = (
    *"'\"`\\$(){}[]<>;&|,:*=#!-+ \t\n",
    *("complete -c x ", " -l long", " -s s", " -a ", " -n ", "__fish_seen_subcommand_from a", "function f\n", "end\n"),
    *(
        "_arguments ",
        "'--x=[d]:m:(a b)'",
        "{-a,--all}",
        "case $words[1] in\n",
        "a) ",
        ";;\n",
        "esac\n",
        "x() {\n",
        "}\n",
    ),
    *(
        "_describe -t commands 'command' list\n",
        "list=(",
        "#compdef x\n",
        "if [[ x ]]; then\n",
        "fi\n",
        "((",
        "))",
        "[[",
    ),
    *('COMPREPLY=( $(compgen -W "a b" -- $cur) )\n', 'opts="--a b"\n', 'case "${prev}" in\n', "<<E\n", 'cmd="x__y"\n'),
    *("x,y) ", "$'", "--", "\0", "\udc80", "é", "\x1b[1m"),
)


def read_all(text: str) -> None:
    """Read a text as each kind of completion, and settle what it claims."""
    shell_of(text)
    speech_in(text)
    for shell in Shell:
        for path, reading in read_script(text, "x", shell).items():
            settle_options(reading.options, " ".join(path))
            settle_arguments(reading.arguments)


@given(st.binary(max_size=2_000))
def test_no_bytes_raise_anything(raw: bytes) -> None:
    read_all(decode(raw))


@given(st.lists(st.sampled_from(PIECES), max_size=80))
def test_no_broken_completion_raises_anything(pieces: list[str]) -> None:
    read_all("".join(pieces))


LINES = {
    "complete lines": "complete -c x -n '__fish_seen_subcommand_from a b' -l o{0} -d 'word {0}' -r -a 'a b'\n",
    "open quotes": "complete -c x -l 'o{0} \"\n",
    "open brackets": "_arguments ( $( {{ '\n",
    "expansions": "$(( ${{a[ $( {0}\n",
    "tests": "[[ (( {0}\n",
    "here documents": "cat <<E{0}\n",
    "functions": "f{0}() {{\n",
    "cases": "case $words[1] in\na{0})\n",
    "branches": "a{0}) _arguments '--o{0}[d]:m:(a b)' ;;\n",
    "appended lists": "list+=( '--o{0}[text]' )\n_arguments $list\n",
    "calls by name": "_call_function ret _x-$words[1]\n_x-c{0}() {{ _x; }}\n",
    "descriptions": "'--o{0}[\\[\\:\\]" + "\\a" * 20 + "'\n",
    "braces": "_arguments {{-a,--b{0}}}{{c,d}}{{e,f}}'[d]'\n",
    "steps": 'x,y{0})\ncmd="x__y{0}"\n;;\n',
    "comments": "# {0} '\n",
    "sets": 'set -a list {0}\ncomplete -c x -a "$list"\n',
}


def text_of(kind: str, lines: int) -> str:
    """Write a hostile completion of so many lines."""
    return "#compdef x\n_x() {\n" + "".join(LINES[kind].format(number) for number in range(lines))


def effort_on(kind: str, lines: int) -> int:
    """Count the work that so many lines take."""
    text = text_of(kind, lines)
    return effort_of(lambda: read_all(text))


@pytest.mark.slow
@pytest.mark.parametrize("kind", LINES)
def test_work_grows_no_faster_than_the_text(kind: str) -> None:
    assert effort_on(kind, 800) < 6 * effort_on(kind, 200)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["complete lines", "branches", "appended lists", "sets"])
def test_a_hundred_thousand_lines_end_in_time(kind: str) -> None:
    begun = time.process_time()

    read_all(text_of(kind, 100_000))

    assert time.process_time() - begun < 60


@pytest.mark.parametrize(
    "piece", ["(", "{", "$(", "'", '"', "\\", "${", "[[", "((", "<<", ":", "*", "$x", "-", "\t", "{a,"]
)
def test_an_endless_line_ends_in_time(piece: str) -> None:
    begun = time.process_time()

    for before in ("", "_arguments '", "complete -c x -a '", "case ", "a=("):
        read_all(before + piece * 20_000)

    assert time.process_time() - begun < 20
