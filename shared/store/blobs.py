"""Blobs: contents kept once, under their hash, before any row speaks of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import col, select

from shared.models.base import sha256
from shared.models.blob import BlobRow
from shared.models.call import BlobRef
from shared.store.rows import Rows
from shared.utils.errors import TestronautError


class MissingBlobError(TestronautError):
    """A row names a content that is not in the store."""

    code = "store.missing_blob"
    is_final = True
    hint = "The store has lost a content; submit the job again."


class Blobs(Rows):
    """The blobs of the store; putting one twice is harmless."""

    def put(self, content: bytes) -> BlobRef:
        """Keep a content and name it."""
        self.put_all([content])
        return BlobRef.of(content)

    def put_all(self, contents: Iterable[bytes]) -> None:
        """Keep contents."""
        for content in contents:
            row = {"sha256": sha256(content), "size": len(content), "created_at": self.now, "content": content}
            self.insert_new(BlobRow, [row])

    def get(self, name: str) -> bytes:
        """Give the content with this hash.

        Raises:
            MissingBlobError: it is not there.

        """
        content = self.session.exec(select(col(BlobRow.content)).where(BlobRow.sha256 == name)).first()
        if content is None:
            raise MissingBlobError(f"no blob {name}")
        return content
