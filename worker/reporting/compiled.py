"""Compiled templates, kept from one process to the next: to compile that of the page takes as long as thirty calls."""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

_KIND = "template"
_DIGEST_BYTES = 32


class Memory(Protocol):
    """Keeps contents by what they depend on; one that is not there any more is made again."""

    def recall(self, kind: str, depends_on: str) -> bytes | None:
        """Give a content, None where there is none that can be trusted."""
        ...

    def keep(self, kind: str, depends_on: str, content: bytes) -> None:
        """Keep a content for whoever asks next."""
        ...


class CompiledTemplates(BytecodeCache):
    """Keeps what templates were compiled to, by all that this depends on: their text, the library, and our settings.

    `made_by` is the module that says how templates are compiled.
    """

    def __init__(self, memory: Memory, made_by: Path) -> None:
        self._memory = memory
        self._maker = f"jinja2 {version('jinja2')} {sha256(made_by.read_bytes()).hexdigest()}"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket where its content is known; what is known under another Python, jinja2 leaves out itself."""
        known = self._memory.recall(_KIND, self._depends_on(bucket)) or b""
        digest, content = known[:_DIGEST_BYTES], known[_DIGEST_BYTES:]
        if sha256(content).digest() == digest:
            bucket.bytecode_from_string(content)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the content of a bucket."""
        content = bucket.bytecode_to_string()
        self._memory.keep(_KIND, self._depends_on(bucket), sha256(content).digest() + content)

    def _depends_on(self, bucket: Bucket) -> str:
        return f"{self._maker} {bucket.key} {bucket.checksum}"
