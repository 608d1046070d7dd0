"""A blob: bytes that are kept once, under the name of their hash."""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary
from sqlmodel import Field as RowField
from sqlmodel import SQLModel

from shared.models.base import Utc


class BlobRow(SQLModel, table=True):
    """Bytes too large for the rows that speak of them."""

    __tablename__ = "blob"

    sha256: str = RowField(primary_key=True, max_length=64)
    size: int = RowField(sa_type=BigInteger)
    created_at: datetime = RowField(sa_type=Utc)
    content: bytes = RowField(sa_type=LargeBinary)
