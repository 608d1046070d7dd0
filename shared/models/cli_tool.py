"""A tool: what was learned about its interface, as a value and as a tree of commands."""

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Optional

from pydantic import Field, field_validator, model_validator
from sqlmodel import Field as RowField
from sqlmodel import Relationship, SQLModel, UniqueConstraint

from shared.models.base import BigKey, Value, Word, body_of
from shared.models.call import Call

if TYPE_CHECKING:
    from shared.models.job import JobRow


class Takes(StrEnum):
    """Whether an option takes a value."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class ValueType(StrEnum):
    """What a value is, as far as its name, its description and its choices tell."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    SIZE = "size"
    DURATION = "duration"
    DATE = "date"
    FILE = "file"
    OUTPUT = "output"
    DIRECTORY = "directory"
    URL = "url"
    REGEX = "regex"
    FORMAT = "format"
    CHOICE = "choice"
    KEY_VALUE = "key_value"
    LIST = "list"


class Source(StrEnum):
    """Where a piece of an interface was seen."""

    HELP = "help"
    USAGE = "usage"
    MAN = "man"
    COMPLETION = "completion"
    ERROR = "error"
    PROBE = "probe"


class Place(Value):
    """Where something was read: the kind of text, and the line in it, counted from 1."""

    source: Source
    line: int | None = Field(default=None, ge=1)


class Option(Value):
    """One option of a command, under all its spellings.

    `joined` is what the documentation puts between the longest spelling and a value (`=`, `,`, nothing); None where
    the value is a word of its own. `line` is the line of the help text that documents it, counted from 1.
    `confidence` is 0 to 1. `working_values` were seen to be accepted; `negates` names the option that this one
    switches off. `minimum` and `maximum` bound a number, both included. `conflicts` and `requires` name options that
    may not, or must, stand beside this one. A hidden option is accepted, but no help or manual lists it. An inherited
    one is taken by the commands below as well, as their help says. `places` are all the texts that document the option.
    """

    names: tuple[str, ...] = Field(min_length=1)
    takes_value: Takes = Takes.NONE
    value_name: str | None = None
    joined: str | None = Field(default=None, max_length=2)
    value_type: ValueType | None = None
    choices: tuple[str, ...] | None = None
    default: str | None = None
    description: str = ""
    repeatable: bool = False
    required: bool = False
    deprecated: bool = False
    hidden: bool = False
    inherited: bool = False
    negates: str | None = None
    env_var: str | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    conflicts: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    working_values: tuple[Word, ...] = ()
    sources: tuple[Source, ...] = (Source.HELP,)
    line: int | None = Field(default=None, ge=1)
    places: tuple[Place, ...] = ()
    confidence: float = Field(default=1.0, ge=0, le=1)

    @field_validator("names")
    @classmethod
    def _spellings(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            raise ValueError("a spelling of an option stands there twice")
        for name in names:
            if len(name) < 1 or any(character.isspace() or not character.isprintable() for character in name):
                raise ValueError(f"{name!r} is not the spelling of an option")
        return names

    @model_validator(mode="after")
    def _values_need_a_place(self) -> "Option":
        if self.takes_value is Takes.NONE and (self.choices or self.value_name):
            raise ValueError(f"{self.names[0]} takes no value, so it has neither choices nor a name for one")
        return self

    @property
    def name(self) -> str:
        """Give the spelling to speak of: the longest word."""
        return max(self.names, key=lambda name: (len(name), name))

    @property
    def long_names(self) -> tuple[str, ...]:
        """Give the spellings that begin with two dashes."""
        return tuple(name for name in self.names if name.startswith("--") and len(name) > 2)  # noqa: PLR2004

    @property
    def short_names(self) -> tuple[str, ...]:
        """Give the spellings of one dash and one character."""
        return tuple(name for name in self.names if len(name) == 2 and name[0] == "-" != name[1])  # noqa: PLR2004


class Argument(Value):
    """One positional word of a command; a variadic one may stand there more than once."""

    name: str = Field(min_length=1)
    required: bool = True
    variadic: bool = False
    value_type: ValueType | None = None
    choices: tuple[str, ...] | None = None


class Recipe(Value):
    """A call that was seen to work, and how it ended."""

    call: Call
    exit_code: int = 0
    prints: bool = False


class Command(Value):
    """The tool itself (path `""`) or one of its subcommands (`"remote add"`).

    `help_argv` is the call that showed its help, `version_argv` the one that showed its version.
    """

    path: str = ""
    summary: str = ""
    usage: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    arguments: tuple[Argument, ...] = ()
    subcommands: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    recipes: tuple[Recipe, ...] = ()
    help_argv: tuple[Word, ...] | None = None
    version_argv: tuple[Word, ...] | None = None

    @field_validator("path")
    @classmethod
    def _path_of_words(cls, path: str) -> str:
        if path != " ".join(path.split()):
            raise ValueError(f"{path!r} is not the path of a command: words joined by one blank")
        return path

    @model_validator(mode="after")
    def _no_option_twice(self) -> "Command":
        names = Counter(name for option in self.options for name in option.names)
        twice = sorted(name for name, times in names.items() if times > 1)
        if twice:
            raise ValueError(f"{self.path or 'the tool'} has {', '.join(twice)} in two options")
        return self

    @property
    def words(self) -> tuple[bytes, ...]:
        """Give the words that call the command, without the tool's own."""
        return tuple(word.encode() for word in self.path.split())

    @property
    def label(self) -> str:
        """Name the command for coverage."""
        return f"command:{self.path}"

    def label_of_option(self, name: str) -> str:
        """Name one of its options for coverage."""
        return f"option:{self.path}:{name}"

    def label_of_argument(self, name: str) -> str:
        """Name one of its arguments for coverage."""
        return f"argument:{self.path}:{name}"


class Contradiction(Value):
    """Two places of the documentation that do not agree."""

    command: str
    subject: str
    message: str
    sources: tuple[Source, ...] = ()


class ToolHead(Value):
    """What was learned about a tool as a whole."""

    name: str = Field(min_length=1)
    argv: tuple[Word, ...] = Field(min_length=1)
    version: str | None = None
    fingerprint: str
    contradictions: tuple[Contradiction, ...] = ()


class CliTool(ToolHead):
    """What was learned about a tool, by command path: `""` is the tool itself."""

    commands: dict[str, Command]

    @model_validator(mode="after")
    def _a_tree(self) -> "CliTool":
        if "" not in self.commands:
            raise ValueError("the tool itself is missing among its commands")
        for path, command in self.commands.items():
            parent = path.rpartition(" ")[0]
            if command.path != path:
                raise ValueError(f"the command {command.path!r} stands under {path!r}")
            if parent not in self.commands:
                raise ValueError(f"the command {path!r} has no parent")
        return self

    @property
    def root(self) -> Command:
        """Give the tool itself."""
        return self.commands[""]

    @property
    def option_count(self) -> int:
        """Count the options of all commands."""
        return sum(len(command.options) for command in self.commands.values())


class CliToolRow(SQLModel, table=True):
    """An interface, kept once however many jobs learned it."""

    __tablename__ = "cli_tool"

    id: int | None = RowField(default=None, primary_key=True, sa_type=BigKey)
    digest: str = RowField(unique=True)
    name: str = RowField(index=True)
    fingerprint: str = RowField(index=True)
    body: ToolHead = RowField(sa_type=body_of(ToolHead))

    commands: list["CommandRow"] = Relationship(back_populates="tool", passive_deletes="all")
    jobs: list["JobRow"] = Relationship(back_populates="tool")


class CommandRow(SQLModel, table=True):
    """One command of an interface."""

    __tablename__ = "command"
    __table_args__ = (UniqueConstraint("tool_id", "path"),)

    id: int | None = RowField(default=None, primary_key=True, sa_type=BigKey)
    tool_id: int = RowField(foreign_key="cli_tool.id", ondelete="CASCADE", sa_type=BigKey)
    parent_id: int | None = RowField(default=None, foreign_key="command.id", index=True, sa_type=BigKey)
    path: str
    body: Command = RowField(sa_type=body_of(Command))

    tool: CliToolRow = Relationship(back_populates="commands")
    parent: Optional["CommandRow"] = Relationship(
        back_populates="children", sa_relationship_kwargs={"remote_side": "CommandRow.id"}
    )
    children: list["CommandRow"] = Relationship(back_populates="parent")
