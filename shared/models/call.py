"""A call: what is typed at a tool, what lies around it, and what it may use."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag, field_validator

from shared.models.base import Raw, Value, Word, digest_of, sha256
from shared.utils.validation import InvalidValueError, parse_relative_path

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHA256 = r"^[0-9a-f]{64}$"


def _path_below(path: bytes) -> bytes:
    try:
        return parse_relative_path(path)
    except InvalidValueError as error:
        raise ValueError(error.message) from error


def _folders_of(path: bytes) -> list[bytes]:
    parts = path.split(b"/")
    return [b"/".join(parts[:depth]) for depth in range(1, len(parts))]


RelativePath = Annotated[Word, AfterValidator(_path_below)]


class BlobRef(Value):
    """A content that is kept elsewhere, named by its hash."""

    blob: str = Field(pattern=_SHA256)
    size: int = Field(ge=0)

    @classmethod
    def of(cls, content: bytes) -> "BlobRef":
        """Name a content."""
        return cls(blob=sha256(content), size=len(content))


Content = BlobRef | Raw
"""Bytes, or the name of a blob that holds them."""


def hash_of(content: BlobRef | bytes) -> str:
    """Name a content by its hash, wherever it is kept."""
    return content.blob if isinstance(content, BlobRef) else sha256(content)


class FileKind(StrEnum):
    """What stands at a path; the content of a link is where it leads."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    OTHER = "other"


class CallFile(Value):
    """Something that lies in the folder of a call before it begins."""

    path: RelativePath
    content: Content = b""
    mode: int = Field(default=0o644, ge=0, le=0o777)
    kind: FileKind = FileKind.FILE

    @field_validator("kind")
    @classmethod
    def _can_be_made(cls, kind: FileKind) -> FileKind:
        if kind is FileKind.OTHER:
            raise ValueError("only files, directories and links can be prepared")
        return kind

    def identity(self) -> dict[str, Any]:
        """Say what lies there, with the content's hash in place of the content."""
        return {
            **self.model_dump(mode="json", exclude_defaults=True, exclude={"content"}),
            "content": hash_of(self.content),
        }

    @cached_property
    def identity_digest(self) -> str:
        """Hash what lies there, once: the files of a job lie in the folder of each of its calls."""
        return digest_of(self.identity())


class InputKind(StrEnum):
    """A standard input that is no content: one that stays open and silent, lines without end, or none at all."""

    SILENT = "silent"
    ENDLESS = "endless"
    CLOSED = "closed"


class SpecialInput(Value):
    """A standard input that is no content."""

    kind: InputKind


class FileInput(Value):
    """A standard input that is a file or a folder below the call's own, opened for it as a shell does."""

    file: RelativePath


def _form_of(stdin: object) -> str:
    match stdin:
        case SpecialInput() | {"kind": _}:
            return "[special]"
        case FileInput() | {"file": _}:
            return "[file]"
        case BlobRef() | {"blob": _}:
            return "[blob]"
        case _:
            return "[bytes]"


Stdin = Annotated[
    Annotated[BlobRef, Tag("[blob]")]
    | Annotated[SpecialInput, Tag("[special]")]
    | Annotated[FileInput, Tag("[file]")]
    | Annotated[Raw, Tag("[bytes]")],
    Discriminator(_form_of),
]
"""What a call reads; the tags stand in messages of pydantic, from which what is in brackets is taken out."""


class Terminal(Value):
    """A terminal of a call's own, by its size: its output and messages, and what is typed at it as its input."""

    columns: int = Field(default=80, ge=1, le=1000)
    rows: int = Field(default=24, ge=1, le=1000)


class Limits(Value):
    """What a call may use before it is ended."""

    wall_s: float = Field(default=10.0, gt=0, le=3600)
    cpu_s: float = Field(default=10.0, gt=0, le=3600)
    memory_bytes: int = Field(default=1 << 30, ge=1 << 20, description="of all processes of the call")
    output_bytes: int = Field(default=64 << 20, ge=1)
    kept_bytes: int = Field(default=1 << 20, ge=1024, description="of each stream, half from each end")
    file_bytes: int = Field(default=64 << 20, ge=1)
    disk_bytes: int = Field(default=64 << 20, ge=1 << 20)
    processes: int = Field(default=256, ge=8)
    open_files: int = Field(default=256, ge=128)


class Call(Value):
    """What is typed after the tool's own words; the same call can be made at another version of the tool.

    `stdin` None is the end of file at once. With `tty` a terminal takes the place of pipes: contents and lines are
    typed at it, and then the key for the end of file. `limits` None are those of the job. `after` is the digest of the
    call before it in a sequence, whose folder it is made in; the digest covers it, so that a step is another call than
    the same words alone.
    """

    argv: tuple[Word, ...] = ()
    stdin: Stdin | None = None
    files: tuple[CallFile, ...] = ()
    env: Mapping[str, Word] = {}
    tty: Terminal | None = None
    limits: Limits | None = None
    after: str | None = Field(default=None, pattern=_SHA256)

    @field_validator("files")
    @classmethod
    def _one_thing_a_path(cls, files: tuple[CallFile, ...]) -> tuple[CallFile, ...]:
        ordered = tuple(sorted(files, key=lambda file: file.path))
        if len({file.path for file in ordered}) < len(ordered):
            raise ValueError("two files of a call have the same path")
        closed = {file.path for file in ordered if file.kind is not FileKind.DIRECTORY}
        if any(closed & set(_folders_of(file.path)) for file in ordered):
            raise ValueError("a file of a call lies below another that is no directory")
        return ordered

    @field_validator("env")
    @classmethod
    def _names_of_variables(cls, env: Mapping[str, bytes]) -> Mapping[str, bytes]:
        for name in env:
            if not _ENV_NAME.fullmatch(name):
                raise ValueError(f"{name!r} is not the name of an environment variable")
        return env

    def digest(self) -> str:
        """Hash what is typed; a content counts by its own hash, so that it does not matter where it is kept."""
        return self.own_digest

    @cached_property
    def own_digest(self) -> str:
        """Keep the hash, which is asked for again and again."""
        content: dict[str, Any] = self.model_dump(mode="json", exclude_defaults=True, exclude={"stdin", "files"})
        if isinstance(self.stdin, (SpecialInput, FileInput)):
            content["stdin"] = self.stdin.model_dump(mode="json")
        elif self.stdin is not None:
            content["stdin"] = hash_of(self.stdin)
        if self.files:
            content["files"] = self.files_digest
        return digest_of(content)

    @cached_property
    def files_digest(self) -> str:
        """Hash what lies in the folder before it."""
        return sha256("".join(file.identity_digest for file in self.files).encode())


class Isolation(StrEnum):
    """What a call shares with those before it: numbers of processes and mounts, or nothing."""

    REUSE = "reuse"
    FRESH = "fresh"


class Surroundings(Value):
    """What lies around a call and should not matter; the defaults are what a first call sees."""

    zone: str = "UTC"
    locale: str = "C.UTF-8"
    width: int = Field(default=80, ge=20, le=1000)
    folder: str = Field(default="case", pattern=r"^[a-z][a-z0-9-]{0,62}$")
    home: str = Field(default="user", pattern=r"^[a-z][a-z0-9-]{0,30}$")
    host: str = Field(default="sandbox", pattern=r"^[a-z][a-z0-9-]{0,62}$")
    isolation: Isolation = Isolation.REUSE

    def digest(self) -> str:
        """Hash them once: those of nearly all calls are the same value."""
        return self.own_digest

    @cached_property
    def own_digest(self) -> str:
        """Keep the hash."""
        return super().digest()


PINNED = Surroundings()
