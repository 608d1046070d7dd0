"""What every value and row is built from: frozen models, bytes that survive JSON, aware times, checked words."""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema
from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

# Set before the first table is made: migrations can only drop what has a name.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


V = TypeVar("V", bound="Value")


class Value(BaseModel):
    """A frozen fact that crosses a stage's border."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy, and forget in the copy what was computed once of the fields as they were."""
        copy = super().model_copy(update=update, deep=deep)
        for name in copy.__dict__.keys() - type(copy).model_fields.keys():
            del copy.__dict__[name]
        return copy

    def digest(self) -> str:
        """Hash the content: 64 hexadecimal digits, equal for equal values, whatever the order of their mappings.

        Fields at their default are left out, so that a field added later changes no digest made before.
        """
        return digest_of(self.model_dump(mode="json", exclude_defaults=True))

    @cached_property
    def as_json(self) -> str:
        """Write it as JSON, once: what a call showed is kept for its job and for those that come later."""
        return self.model_dump_json()


def digest_of(content: object) -> str:
    """Hash anything that JSON can hold."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(text.encode())


def sha256(content: bytes) -> str:
    """Name a content by its hash: 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def bytes_to_json(raw: bytes) -> str | dict[str, str]:
    """Write bytes as text where they are UTF-8 without NUL, else as `{"base64": ...}`."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = "\0"
    return {"base64": b64encode(raw).decode()} if "\0" in text else text


def bytes_from_json(given: object) -> object:
    """Read what `bytes_to_json` wrote; leave everything else for pydantic to judge."""
    match given:
        case str():
            return given.encode()
        case {"base64": str(coded), **rest} if not rest:
            return b64decode(coded, validate=True)
        case _:
            return given


def _without_nul(word: bytes) -> bytes:
    if b"\0" in word:
        raise ValueError("a word of a call cannot hold a NUL byte")
    return word


_AS_JSON = WithJsonSchema(
    {
        "anyOf": [
            {"type": "string"},
            {"type": "object", "properties": {"base64": {"type": "string"}}, "required": ["base64"]},
        ]
    }
)

Raw = Annotated[bytes, BeforeValidator(bytes_from_json), PlainSerializer(bytes_to_json, when_used="json"), _AS_JSON]
"""Bytes of the tool: readable in JSON where they are UTF-8 without NUL, base64 elsewhere, the same bytes again."""

Word = Annotated[Raw, AfterValidator(_without_nul)]
"""Bytes that can be typed: an argument, a path, the value of an environment variable."""


class Utc(TypeDecorator[datetime]):
    """An aware time, kept in UTC. SQLite drops the zone, so it is put back; a naive time is a mistake of ours."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"naive time {value.isoformat()}")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value and value.astimezone(UTC)


# Each stage reads what those before it wrote; a frozen value may be handed to all of them.
_BODIES_AT_HAND = 2048
_SHORT = 16_384


@lru_cache(_BODIES_AT_HAND)
def _read(model: type[V], text: str) -> V:
    return model.model_validate_json(text)


class Body(TypeDecorator[V]):
    """A frozen value as JSON text; text, because a jsonb column refuses a NUL that a tool has printed."""

    impl = Text
    cache_ok = True

    def __init__(self, model: type[V]) -> None:
        super().__init__()
        self.model = model

    def process_bind_param(self, value: V | None, dialect: Dialect) -> str | None:
        return None if value is None else value.as_json

    def process_result_value(self, value: str | None, dialect: Dialect) -> V | None:
        if value is None:
            return None
        return _read(self.model, value) if len(value) <= _SHORT else self.model.model_validate_json(value)


# SQLModel types `sa_type` as a class, yet takes an instance as well: hence Any.
def body_of(model: type[Value]) -> Any:  # noqa: ANN401
    """Give the column type that keeps a frozen value."""
    return Body(model)


def word_of(enum: type[StrEnum]) -> Any:  # noqa: ANN401
    """Give the column type that keeps a state by its value, and whose column takes no other word."""
    words = [member.value for member in enum]
    return Enum(
        enum,
        native_enum=False,
        length=32,
        create_constraint=True,
        name=f"{enum.__name__.lower()}_word",
        values_callable=lambda _: words,
        validate_strings=True,
    )


BigKey: Any = BigInteger().with_variant(Integer, "sqlite")
"""A growing key; SQLite grows only what is spelled INTEGER."""
