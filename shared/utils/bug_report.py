"""A file about an unexpected fault of ours that is a good bug report: what was asked, versions, where it happened."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import sys
import tempfile
import traceback
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from shared.utils.logging import bound_facts
from shared.utils.text import visible
from shared.utils.validation import without_password

_PACKAGES = ("testronaut", "celery", "redis", "sqlalchemy", "sqlmodel", "alembic", "pydantic", "psycopg")
_SECRET = re.compile(r"((?:password|passwd|secret|token|api_?key)\w*['\"]?\s*[=:]\s*['\"]?)[^\s'\"&,;]+", re.IGNORECASE)
_TYPED_SECRET = re.compile(
    r"(--?[\w-]*(?:password|passwd|secret|token|api[-_]?key)[\w-]*\s+['\"]?)[^\s'\"]+", re.IGNORECASE
)


def write_bug_report(folder: Path, error: BaseException, context: Mapping[str, str]) -> Path | None:
    """Write a report, in `folder` or else the system's temporary one, and give its place; None where neither can be.

    What is bound to the context of the logs is part of it: the job, its trace, the stage. The same fault gives the same
    file, so that one that repeats itself does not fill the disk.
    """
    bound = {name: str(value) for name, value in bound_facts().items()}
    body = render(error, {**context, **bound})
    name = f"testronaut-error-{_hash_of(error)}.txt"
    for place in (folder, Path(tempfile.gettempdir())):
        try:
            place.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(body, encoding="utf-8")
        except OSError:
            continue
        return place / name
    return None


def render(error: BaseException, context: Mapping[str, str]) -> str:
    """Write the report as text, without secrets: addresses lose their passwords, the environment is not in it."""
    lines = [
        f"Testronaut could not go on: {type(error).__name__}: {error}",
        "",
        "Please report this with the steps that led here. Nothing below is secret as far as we can tell; look at it.",
        "",
        *(f"{name:<12} {value}" for name, value in {**context, **versions()}.items()),
        "",
        *traceback.format_exception(error),
    ]
    return without_secrets(visible("\n".join(lines), keep="\n")) + "\n"


def versions() -> dict[str, str]:
    """Give the versions that matter: ours, Python's, the platform's, and those of what we stand on."""
    return {
        **{name: _version_of(name) for name in _PACKAGES},
        "python": sys.version.split()[0],
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "uid": str(os.getuid()),
    }


def own_version() -> str:
    """Give the version of the installed package."""
    return _version_of("testronaut")


def without_secrets(text: str) -> str:
    """Take out passwords in addresses, and whatever is called a password, secret, token or key."""
    lines = (without_password_in(line) for line in text.split("\n"))
    return _TYPED_SECRET.sub(r"\1***", _SECRET.sub(r"\1***", "\n".join(lines)))


def without_password_in(line: str) -> str:
    """Take the passwords out of the addresses in a line."""
    return re.sub(r"\w[\w+.-]*://[^\s'\"]+", lambda found: without_password(found[0]), line)


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _hash_of(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno}" for frame in frames]
    return hashlib.sha256("\n".join([type(error).__name__, *places]).encode()).hexdigest()[:12]
