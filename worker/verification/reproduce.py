"""The shell line that shows a finding again, in an empty folder, with nothing but what it needs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence

from shared.models.call import BlobRef, Call, CallFile, FileInput, FileKind, InputKind, SpecialInput, Stdin, Terminal
from shared.models.job import ToolSpec
from shared.utils.text import quote, quote_all

_MOST_TEXT = 400
_KIND_OF_TERMINAL = "TERM=xterm-256color"
_OF_BYTES = "$'"
_CLOSED = SpecialInput(kind=InputKind.CLOSED)
_EMPTY_FOLDER = 'cd "$(mktemp -d)"'


def reproduction(tool: ToolSpec, calls: Sequence[tuple[Call, int | None]]) -> str:
    """Write a line for bash that makes calls, one after the other.

    A call comes with a repetition where the hash seed of the run matters, else None. A content that is kept as a
    blob is named by its hash: it is one of the user's own files.
    """
    files = {file.path: file for call, _ in calls for file in call.files}
    preparations = [_EMPTY_FOLDER, *(_make(file) for _, file in sorted(files.items()))]
    typed = "; ".join(_type(tool, call, repetition) for call, repetition in calls)
    return " && ".join([*preparations, typed])


def _make(file: CallFile) -> str:
    path = quote(file.path)
    folder = file.path.rpartition(b"/")[0]
    first = f"mkdir -p {quote(folder)} && " if folder else ""
    match file.kind:
        case FileKind.DIRECTORY:
            return f"mkdir -p {path}"
        case FileKind.LINK:
            return f"{first}ln -s {quote(_bytes(file.content))} {path}"
        case _:
            return f"{first}{_print(file.content)} > {path}" + (
                "" if file.mode & 0o200 else f" && chmod {file.mode:o} {path}"
            )


def _type(tool: ToolSpec, call: Call, repetition: int | None) -> str:
    variables = list(_variables({**tool.env, **call.env}, repetition))
    words = [*tool.argv, *call.argv]
    if call.tty is None:
        return _fed(_begin(tool, variables, words), call.stdin)
    typed = _begin(tool, [_KIND_OF_TERMINAL, *variables], words, is_at_a_terminal=True)
    if isinstance(call.stdin, FileInput) or call.stdin == _CLOSED:
        return _fed(_at_a_terminal(_fed(typed, call.stdin), call.tty), None)
    return _fed(_at_a_terminal(typed, call.tty), call.stdin)


def _begin(tool: ToolSpec, variables: Sequence[str], words: Sequence[bytes], *, is_at_a_terminal: bool = False) -> str:
    if tool.image is None:
        return " ".join([*variables, quote_all(words)])
    told = "".join(f" -e {variable}" for variable in variables)
    kind = "-it" if is_at_a_terminal else "-i"
    start = f'docker run --rm {kind} -v "$PWD:/case" -w /case{told} --entrypoint'
    if tool.install is None:
        return f"{start} {quote_all([words[0], tool.image.encode(), *words[1:]])}"
    # What the command prints is none of the tool's.
    line = f'({tool.install}) >&2 && exec "$@"'
    return f"{start} sh {quote_all([tool.image.encode(), b'-c', line.encode(), b'sh', *words])}"


def _at_a_terminal(typed: str, terminal: Terminal) -> str:
    """Let a shell that `script` begins at a terminal of its own set the size first."""
    line = quote(f"stty cols {terminal.columns} rows {terminal.rows}; {typed}".encode())
    # Only bash understands the quotes of what is no text.
    return f"{'SHELL=$BASH ' if _OF_BYTES in typed else ''}script -qec {line} /dev/null"


def _fed(typed: str, stdin: Stdin | None) -> str:
    match stdin:
        case None:
            return f"{typed} < /dev/null"
        case FileInput():
            return f"{typed} < {quote(stdin.file)}"
        case SpecialInput(kind=InputKind.CLOSED):
            return f"{typed} <&-"
        case SpecialInput(kind=InputKind.ENDLESS):
            return f"yes | {typed}"
        case SpecialInput():
            return f"tail -f /dev/null | {typed}"
        case _:
            return f"{_print(stdin)} | {typed}"


def _variables(env: dict[str, bytes], repetition: int | None) -> Iterator[str]:
    for name, value in sorted(env.items()):
        yield f"{name}={quote(value)}"
    if repetition is not None:
        yield f"PYTHONHASHSEED={repetition}"


def _print(content: BlobRef | bytes) -> str:
    if isinstance(content, BlobRef):
        return f"cat {content.blob[:12]}"
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return _decode(content)
    is_plain = all(character.isprintable() or character in "\n\t" for character in text)
    if not is_plain or len(content) > _MOST_TEXT:
        return _decode(content)
    escaped = text.replace("\\", "\\\\").replace("%", "%%").replace("\n", "\\n").replace("\t", "\\t")
    return f"printf {quote(escaped.encode())}" if escaped else "printf ''"


def _decode(content: bytes) -> str:
    return f"echo {b64encode(content).decode()} | base64 -d"


def _bytes(content: BlobRef | bytes) -> bytes:
    return content.blob.encode() if isinstance(content, BlobRef) else content
