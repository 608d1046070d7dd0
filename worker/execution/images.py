"""The image that a tool lies in: looked for, pulled where it is missing, and with the tool installed in it, once."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog

from shared.interfaces.executor import Guard, Provided, ToolNotExecutableError, ToolNotFoundError
from shared.models.call import PINNED
from shared.models.job import ToolSpec
from shared.utils.errors import UntestableError, UsageError
from shared.utils.text import duration, near
from shared.utils.text import visible as shown
from worker.execution.container_engine import LABEL, ContainerEngine
from worker.execution.environment import environment
from worker.execution.inside import search
from worker.execution.provide import Found
from worker.execution.visible import View

log = structlog.get_logger()

_INSTALLED = f"{LABEL}-installed"
_INSTALLING_S = 3600.0
_PULLING_S = 3600.0
_LAST_LINES = 8
_FLAWS = {"folder": "is a folder", "closed": "is not executable", "data": "is no program"}
# What an engine sets where an image says nothing.
_STANDARD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class ImageNeededError(UsageError):
    """The sandbox runs tools that lie in an image, and none was named."""

    code = "image.needed"
    hint = "Name one: --image IMAGE"


class ImageMissingError(UntestableError):
    """The engine has no image of the name, and none can be pulled."""

    code = "image.missing"
    hint = "See what is here: docker image ls"


class InstallFailedError(UntestableError):
    """The command that was to install the tool in its image failed."""

    code = "image.install_failed"
    hint = "Try it by hand: docker run --rm -it --user root IMAGE sh"


@dataclass(frozen=True)
class Image:
    """An image as it is now: its id, which covers all that is in it, and what it tells the programs in it.

    `volumes` are folders that an engine would give each container to write to.
    """

    name: str
    id: str
    path: tuple[str, ...]
    env: Mapping[str, bytes]
    folder: str
    volumes: tuple[str, ...]


def image_of(engine: ContainerEngine, tool: ToolSpec, guard: Guard) -> Image:
    """Give the image that a tool lies in; the name of one counts for what it means now.

    Raises:
        ImageNeededError: there is none for the tool.
        ImageMissingError, InstallFailedError: it is not to be had.
        ContainerEngineAwayError: the engine does not answer.

    """
    if tool.image is None:
        raise ImageNeededError(f"{shown(tool.name)} has no image to run in")
    described = engine.find("image", tool.image) or _pulled(engine, tool.image, guard)
    image = _read(tool.image, described)
    if tool.install is None:
        return image
    # What it tells its programs is that of the image itself; a container's own words do not count.
    return replace(image, id=_installed(engine, image.id, tool.install, guard))


def find_in(image: Image, spec: ToolSpec, ask_inside: Callable[..., str]) -> Found:
    """Find a tool in an image, by its name in the folders of the image's PATH, or by its path.

    Raises:
        ToolNotFoundError, ToolNotExecutableError: it cannot be called.

    """
    asked, *fixed = spec.argv
    name = os.fsdecode(asked)
    is_named = "/" not in name
    program = name if is_named else os.path.join(image.folder, name)  # noqa: PTH118 - links before `..` stay as they are
    seen = json.loads(ask_inside(Path(search.__file__).read_text(encoding="utf-8"), program, *image.path))
    path = seen["path"]
    if path is None:
        raise _not_found(image, program, seen["names"])
    if seen["flaw"]:
        raise ToolNotExecutableError(f"{shown(path)} in the image {shown(image.name)} {_FLAWS[seen['flaw']]}", "")
    called = asked if is_named else os.fsencode(path)
    fingerprint = sha256(f"{image.id}\0{path}".encode(errors="surrogateescape")).hexdigest()
    fixed_names = environment(PINNED, 0, "", "", ())
    env = {name: value for name, value in image.env.items() if name not in fixed_names}
    view = View(program=path, real=path, path=image.path, env=env)
    return Found(Provided(path=path, argv=(called, *fixed), fingerprint=fingerprint, is_here=False), view)


def _not_found(image: Image, program: str, names: Sequence[str]) -> ToolNotFoundError:
    likely = near(Path(program).name, names)
    other = "Install it with --install, or name another image."
    hint = f"Did you mean {' or '.join(shown(name) for name in likely)}? {other}" if likely else other
    return ToolNotFoundError(f"the image {shown(image.name)} has no program {shown(program)}", hint)


def _read(name: str, described: Mapping[str, Any]) -> Image:
    config = described.get("Config") or {}
    told = dict(line.split("=", 1) for line in config.get("Env") or () if "=" in line)
    path = told.pop("PATH", "") or _STANDARD_PATH
    return Image(
        name=name,
        id=described["Id"],
        path=tuple(folder for folder in path.split(":") if folder.startswith("/")),
        env={name: value.encode(errors="surrogateescape") for name, value in told.items()},
        folder=config.get("WorkingDir") or "/",
        volumes=tuple(sorted(config.get("Volumes") or ())),
    )


def _pulled(engine: ContainerEngine, name: str, guard: Guard) -> Mapping[str, Any]:
    log.info("image.pulled", image=name)
    code, said = engine.follow(["pull", "--quiet", name], guard, _PULLING_S)
    described = None if code else engine.find("image", name)
    if described is None:
        reason = said.splitlines()[-1] if said else "the engine does not say why"
        raise ImageMissingError(f"the image {shown(name)} is not here, and cannot be pulled: {shown(reason)}")
    return described


def _installed(engine: ContainerEngine, image: str, command: str, guard: Guard) -> str:
    """Give the id of an image with something installed, made by the first who needs it and found by all others."""
    key = sha256(f"{image}\0{command}".encode(errors="surrogateescape")).hexdigest()[:32]
    name = f"{_INSTALLED}:{key}"
    known = engine.find("image", name)
    if known is None:
        with engine.alone(key, guard):
            known = engine.find("image", name) or _install(engine, name, image, command, guard)
    return str(known["Id"])


def _install(engine: ContainerEngine, name: str, image: str, command: str, guard: Guard) -> Mapping[str, Any]:
    """Run a command in a container of an image, as its root and with the network, and make an image of what it left."""
    container = name.replace(":", "-")
    # One that died with us is in the way.
    engine.discard("container", container)
    try:
        # Both streams as one, for an engine does not keep their order.
        line = f"exec 2>&1\n{command}"
        words = ["run", "--name", container, "--user", "0:0", "--entrypoint", "/bin/sh", image, "-c", line]
        code, said = engine.follow(words, guard, _INSTALLING_S)
        if code < 0:
            raise InstallFailedError(f"the command to install the tool did not end in {duration(_INSTALLING_S)}")
        if code:
            lines = "\n".join(f"  {shown(line)}" for line in said.splitlines()[-_LAST_LINES:])
            raise InstallFailedError(f"the command to install the tool ended with {code}:\n{lines}")
        engine.ask("commit", "--change", f"LABEL {LABEL}=installed", container, name)
    finally:
        engine.discard("container", container)
    found = engine.find("image", name)
    if found is None:
        raise InstallFailedError("what was installed is not to be found again")
    return found
