"""The interface document: what a tool understands, as JSON for others."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.models.base import bytes_to_json
from shared.models.cli_tool import Argument, CliTool, Command, Option, Takes

SCHEMA_VERSION = 1


class PlaceDocument(BaseModel):
    """Where something was read: the kind of text, and the line in it, counted from 1."""

    model_config = ConfigDict(extra="forbid")

    source: str
    line: int | None


class OptionDocument(BaseModel):
    """One option of a command."""

    model_config = ConfigDict(extra="forbid")

    names: list[str]
    takes_value: Takes
    value_name: str | None
    value_type: str | None
    choices: list[str] | None
    default: str | None
    required: bool
    repeatable: bool
    deprecated: bool
    hidden: bool
    inherited: bool
    negates: str | None
    env_var: str | None
    minimum: int | float | None
    maximum: int | float | None
    conflicts: list[str]
    requires: list[str]
    working_values: list[str | dict[str, str]]
    description: str
    sources: list[str]
    places: list[PlaceDocument]
    line: int | None
    confidence: float


class ArgumentDocument(BaseModel):
    """One positional word of a command."""

    model_config = ConfigDict(extra="forbid")

    name: str
    required: bool
    variadic: bool
    value_type: str | None
    choices: list[str] | None


class CommandDocument(BaseModel):
    """The tool itself, or one of its subcommands; recipes are calls that were seen to work."""

    model_config = ConfigDict(extra="forbid")

    summary: str
    usage: list[str]
    aliases: list[str]
    subcommands: list[str]
    options: list[OptionDocument]
    arguments: list[ArgumentDocument]
    recipes: list[list[str | dict[str, str]]]


class ContradictionDocument(BaseModel):
    """Two places of the documentation that do not agree."""

    model_config = ConfigDict(extra="forbid")

    command: str
    subject: str
    message: str
    sources: list[str]


class InterfaceDocument(BaseModel):
    """What was learned about a tool; commands by path, `""` is the tool itself."""

    model_config = ConfigDict(extra="forbid")

    schema_version: int = SCHEMA_VERSION
    tool: str
    version: str | None
    argv: list[str | dict[str, str]]
    fingerprint: str
    commands: dict[str, CommandDocument]
    contradictions: list[ContradictionDocument]


def interface_document(tool: CliTool) -> InterfaceDocument:
    """Write what was learned as a document."""
    return InterfaceDocument(
        tool=tool.name,
        version=tool.version,
        argv=[bytes_to_json(word) for word in tool.argv],
        fingerprint=tool.fingerprint,
        commands={path: _command(command) for path, command in tool.commands.items()},
        contradictions=[
            ContradictionDocument(command=one.command, subject=one.subject, message=one.message, sources=[*one.sources])
            for one in tool.contradictions
        ],
    )


def write_interface(tool: CliTool) -> bytes:
    """Write what was learned as JSON."""
    return (interface_document(tool).model_dump_json(indent=2) + "\n").encode()


def interface_schema() -> dict[str, Any]:
    """Give the JSON Schema of the document."""
    schema: dict[str, Any] = json.loads(json.dumps(InterfaceDocument.model_json_schema()))
    return schema


def _command(command: Command) -> CommandDocument:
    return CommandDocument(
        summary=command.summary,
        usage=[*command.usage],
        aliases=[*command.aliases],
        subcommands=[*command.subcommands],
        options=[_option(option) for option in command.options],
        arguments=[_argument(argument) for argument in command.arguments],
        recipes=[[bytes_to_json(word) for word in recipe.call.argv] for recipe in command.recipes],
    )


def _option(option: Option) -> OptionDocument:
    return OptionDocument(
        names=[*option.names],
        takes_value=option.takes_value,
        value_name=option.value_name,
        value_type=option.value_type,
        choices=None if option.choices is None else [*option.choices],
        default=option.default,
        required=option.required,
        repeatable=option.repeatable,
        deprecated=option.deprecated,
        hidden=option.hidden,
        inherited=option.inherited,
        negates=option.negates,
        env_var=option.env_var,
        minimum=option.minimum,
        maximum=option.maximum,
        conflicts=[*option.conflicts],
        requires=[*option.requires],
        working_values=[bytes_to_json(value) for value in option.working_values],
        description=option.description,
        sources=[*option.sources],
        places=[PlaceDocument(source=place.source, line=place.line) for place in option.places],
        line=option.line,
        confidence=option.confidence,
    )


def _argument(argument: Argument) -> ArgumentDocument:
    return ArgumentDocument(
        name=argument.name,
        required=argument.required,
        variadic=argument.variadic,
        value_type=argument.value_type,
        choices=None if argument.choices is None else [*argument.choices],
    )
