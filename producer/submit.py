"""Makes jobs: options and settings become a spec, the spec a row with its first item, and a token says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from uuid_utils.compat import uuid7

from shared.config import Settings, ToolHints
from shared.interfaces.tokens import Tokens
from shared.models.base import Value
from shared.models.call import BlobRef, CallFile, FileKind, Isolation, Limits
from shared.models.cli_tool import CliTool
from shared.models.job import JobId, JobSpec, Mode, Network, Profile, SandboxPolicy, Selection, StageName, ToolSpec
from shared.models.test_plan import TestPlan
from shared.store.session import Store, Transaction
from shared.utils.errors import UsageError
from shared.utils.text import count, size
from shared.utils.validation import parse_argv, parse_image, parse_relative_path

# Small enough to stand in the rows of a plan; larger contents are kept once and named.
INLINE_BYTES = 1024
MOST_FILES = 200
# Who is chosen where nobody is named: for tools of this machine, and for those that lie in an image.
ON_THIS_MACHINE, IN_IMAGES = "auto", "docker"
MOST_FILE_BYTES = 16 << 20


class FilesError(UsageError):
    """The folder of sample files cannot be used."""

    code = "files.unusable"
    hint = "Name a folder that holds a few small files."


class Request(Value):
    """What the options of a command ask for, before the settings fill in the rest."""

    tool: str
    last: StageName = StageName.REPORT
    seed: int = 0
    profile: Profile = Profile.STANDARD
    max_cases: int | None = None
    max_time_s: float | None = None
    examples: tuple[str, ...] = ()
    files: Path | None = None
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    sandbox: str | None = None
    image: str | None = None
    install: str | None = None
    isolation: Isolation = Isolation.REUSE
    network: Network = Network.OFF
    no_cache: bool = False


class Prepared(NamedTuple):
    """A spec, and the contents that it names and the store must hold first."""

    spec: JobSpec
    blobs: tuple[bytes, ...] = ()


class Accepted(NamedTuple):
    """A job that was accepted; an unannounced one waits until the steward finds it."""

    job_id: JobId
    is_new: bool
    is_announced: bool


def prepare(
    request: Request, settings: Settings, plan: TestPlan | None = None, interface: CliTool | None = None
) -> Prepared:
    """Make the spec of a job: all that may change a result, from here on fixed.

    Raises:
        UsageError: something that was asked cannot be.

    """
    tool = _tool(request)
    hints = [hint for hint in settings.tools if hint.name in {request.tool, tool.name}]
    examples = [*request.examples, *(example for hint in hints for example in hint.examples)]
    files, blobs = read_files(_folders(request, hints))
    given = [value.model_dump_json().encode() for value in (plan, interface) if value is not None]
    refs = iter([BlobRef.of(content) for content in given])
    spec = JobSpec(
        tool=tool,
        last=request.last,
        seed=plan.seed if plan else request.seed,
        profile=plan.profile if plan else request.profile,
        max_cases=request.max_cases or request.profile.max_cases,
        max_time_s=request.max_time_s or request.profile.max_time_s,
        limits=_limits(settings),
        examples=tuple(parse_argv(example, "example") for example in examples),
        files=files,
        plan=next(refs) if plan else None,
        interface=next(refs) if interface else None,
        select=Selection(only=request.only, skip=request.skip),
        policy=SandboxPolicy(
            executor=_executor(request, settings),
            isolation=request.isolation,
            network=request.network,
        ),
        reuse=settings.reuse.enabled and not request.no_cache,
    )
    return Prepared(spec, (*blobs, *given))


def _tool(request: Request) -> ToolSpec:
    if request.install is not None and request.image is None:
        raise UsageError("a command to install the tool goes with an image", "Name one: --image IMAGE")
    image = None if request.image is None else parse_image(request.image)
    return ToolSpec(argv=parse_argv(request.tool, "tool"), image=image, install=request.install or None)


def _executor(request: Request, settings: Settings) -> str:
    named = request.sandbox or settings.execution.sandbox
    return IN_IMAGES if request.image is not None and named == ON_THIS_MACHINE else named


def submit(  # noqa: PLR0913, PLR0917 - a job, and all that must hear of it
    prepared: Prepared, mode: Mode, store: Store, tokens: Tokens, traceparent: str, key: str | None = None
) -> Accepted:
    """Accept a job, and wake a worker if that is possible now; the same key gives the same job."""
    new_id = JobId(uuid7())

    def add_then_advance(tx: Transaction) -> tuple[JobId, tuple[StageName, ...]]:
        tx.blobs.put_all(prepared.blobs)
        job_id = tx.jobs.add(new_id, prepared.spec, mode, traceparent, key or str(new_id))
        return job_id, tx.jobs.advance(job_id)

    job_id, begun = store.write(add_then_advance)
    return Accepted(job_id, is_new=job_id == new_id, is_announced=tokens.send(begun) == len(begun))


def read_files(folders: Iterable[Path]) -> tuple[tuple[CallFile, ...], list[bytes]]:
    """Read the files below folders, each under its path there; links are left out, and later folders win.

    Raises:
        FilesError: a folder cannot be read, or holds too much.

    """
    found: dict[bytes, CallFile] = {}
    blobs: list[bytes] = []
    for folder in folders:
        for path in _walk(folder):
            content = _read(path)
            file = _call_file(path.relative_to(folder), content, path.stat().st_mode)
            found[file.path] = file
            blobs.extend([content] if isinstance(file.content, BlobRef) else [])
    return tuple(found.values()), blobs


def _folders(request: Request, hints: Sequence[ToolHints]) -> list[Path]:
    hinted = [Path(hint.files) for hint in hints if hint.files]
    return [*hinted, *([request.files] if request.files else [])]


def _walk(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise FilesError(f"{folder} is not a folder")
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    if len(found) > MOST_FILES:
        raise FilesError(f"{folder} holds {count(len(found), 'file')}, at most {MOST_FILES} can lie around each call")
    return found


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FilesError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > MOST_FILE_BYTES:
        raise FilesError(f"{path} is too large: {size(len(content))} of at most {size(MOST_FILE_BYTES)}")
    return content


def _call_file(path: Path, content: bytes, mode: int) -> CallFile:
    name = parse_relative_path(bytes(path))
    kept = content if len(content) <= INLINE_BYTES else BlobRef.of(content)
    return CallFile(path=name, content=kept, mode=mode & 0o755, kind=FileKind.FILE)


def _limits(settings: Settings) -> Limits:
    seconds = settings.execution.timeout_s
    return Limits(wall_s=seconds, cpu_s=seconds, memory_bytes=settings.execution.memory_mb << 20)
