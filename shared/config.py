"""Every setting, read once into one frozen object that only the wiring sees."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shared.utils.errors import UsageError
from shared.utils.text import near, visible

PREFIX = "TESTRONAUT_"
FILE = "testronaut.toml"
STORE_FOLDER = ".testronaut"
_BROKERS = ("redis://", "rediss://", "unix://")


class ConfigError(UsageError):
    """A setting that cannot be read."""

    code = "config.invalid"
    hint = "All settings stand in docs/settings.md."


class UnknownKeyError(ConfigError):
    """A setting that does not exist."""

    code = "config.unknown_key"


class NoBrokerError(UsageError):
    """The queue was asked for, and there is none."""

    code = "config.no_broker"
    hint = "Set TESTRONAUT_BROKER__URL=redis://HOST:6379/0, or use `testronaut run`, which needs no queue."


class Section(BaseModel):
    """One group of settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Database(Section):
    """Where the store is."""

    url: str = Field(default=f"sqlite:///{STORE_FOLDER}/testronaut.db", description="SQLite file or PostgreSQL address")


class Broker(Section):
    """Where the tokens travel; none in embedded mode."""

    url: str | None = Field(default=None, description="Redis address; only submit, worker and steward need it")

    @field_validator("url")
    @classmethod
    def _of_redis(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(_BROKERS):
            raise ValueError(f"the address of a broker begins with {', '.join(_BROKERS)}")
        return url

    def address(self) -> str:
        """Give the address; raise NoBrokerError when there is none."""
        if self.url is None:
            raise NoBrokerError("no broker is configured")
        return self.url


class Analysis(Section):
    """How a tool's interface is learned."""

    engine: str = Field(default="help", description="analyzer to use: the built-in one or a plug-in's")


class Generation(Section):
    """How cases are planned."""

    engine: str = Field(default="planner", description="generator to use: the built-in one or a plug-in's")
    shard_size: int = Field(
        default=25,
        ge=1,
        le=1000,
        description="cases that one worker takes at once; of a long plan more, where nobody else can join the job",
    )


class Execution(Section):
    """Where calls run, and what each of them may use."""

    sandbox: str = Field(
        default="auto", description="executor: auto, bubblewrap, bubblewrap-once, docker, local, or a plug-in's"
    )
    timeout_s: float = Field(
        default=10.0, gt=0, le=3600, description="seconds that one call may take; more where its tool is slow to begin"
    )
    memory_mb: int = Field(default=1024, ge=16, description="MiB that all processes of one call may use")
    keep_every_s: float = Field(default=2.0, ge=0, description="seconds between two savings of results")


class Reuse(Section):
    """What earlier jobs saw, and later ones need not do again."""

    enabled: bool = Field(default=True, description="answer calls by what earlier jobs saw; --no-cache: not this time")
    max_mb: int = Field(
        default=256, ge=0, description="MiB of results kept for later jobs; what nobody has used for longest goes first"
    )


class Report(Section):
    """What is written when a job has ended."""

    formats: tuple[str, ...] = Field(default=("text",), description="formats of run, when -f is not given")
    fail_on: str = Field(default="medium", pattern="^(low|medium|high|never)$", description="least severity that fails")


class Worker(Section):
    """Capacities of one worker process, and how long its promises last."""

    slots: int = Field(
        default=0, ge=0, le=256, description="turns at once; 0 is one per processor, and one more where all is embedded"
    )
    lease_s: float = Field(default=30.0, gt=0, description="seconds after which a silent worker loses its work")
    max_runtime_s: float = Field(default=3600.0, gt=0, description="seconds that one piece of work may take")
    tick_s: float = Field(default=2.0, gt=0, description="seconds between two looks of the steward")
    health_host: str = Field(default="127.0.0.1", description="address of the health endpoints")
    health_port: int = Field(default=8080, ge=0, le=65535, description="port of the health endpoints; 0 switches off")

    @property
    def slot_count(self) -> int:
        """Give the number of turns taken at once."""
        return self.slots or len(os.sched_getaffinity(0))


class Telemetry(Section):
    """Where traces go, and where people look at them."""

    endpoint: str | None = Field(default=None, description="OTLP/HTTP address; OTEL_EXPORTER_OTLP_ENDPOINT wins")
    jaeger_url: str | None = Field(default=None, description="address of the Jaeger page that links lead to")


class Log(Section):
    """How events are written, always to standard error."""

    level: str = Field(default="warning", pattern="^(debug|info|warning|error)$", description="least level shown")
    format: str = Field(default="auto", pattern="^(auto|json|console)$", description="auto: console on a terminal")


class ToolHints(Section):
    """What a user knows of one tool."""

    name: str = Field(description="the tool's name, as it is typed")
    examples: tuple[str, ...] = Field(default=(), description="calls known to work, without the tool's name")
    files: str | None = Field(default=None, description="folder whose files lie in the folder of each call")


class Settings(BaseSettings):
    """All settings: defaults < pyproject.toml < testronaut.toml < environment < options."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid")

    database: Database = Database()
    broker: Broker = Broker()
    analysis: Analysis = Analysis()
    generation: Generation = Generation()
    execution: Execution = Execution()
    reuse: Reuse = Reuse()
    report: Report = Report()
    worker: Worker = Worker()
    telemetry: Telemetry = Telemetry()
    log: Log = Log()
    tools: tuple[ToolHints, ...] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the names are given by pydantic-settings
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the files, which come as arguments."""
        return env_settings, init_settings


def load_settings(folder: Path | None = None) -> Settings:
    """Read the settings of a folder: its files, found upward, and the environment.

    Raises:
        ConfigError: a file cannot be read, or a value does not fit.
        UnknownKeyError: a file names a setting that does not exist.

    """
    found = _File.above(folder or Path.cwd())
    try:
        return Settings(**found.content)
    except ValidationError as error:
        raise _explain(error, found) from error


def unknown_variables(environment: Mapping[str, str] = os.environ) -> Iterator[tuple[str, list[str]]]:
    """Name the environment variables that look like settings and are none, each with the settings near it."""
    known = {f"{PREFIX}{section.upper()}__{field.upper()}" for section, fields in _sections() for field in fields}
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            yield name, near(name, known, most=1)


def _sections() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield name, field.annotation.model_fields


class _File:
    """The settings that stand in files, and where each of them stands."""

    def __init__(self, content: dict[str, Any], places: Mapping[str, tuple[Path, str]]) -> None:
        self.content = content
        self._places = places

    @classmethod
    def above(cls, folder: Path) -> _File:
        """Read the nearest pyproject.toml and testronaut.toml; the second wins, key by key."""
        content: dict[str, Any] = {}
        places: dict[str, tuple[Path, str]] = {}
        for name, keys in (("pyproject.toml", ("tool", "testronaut")), (FILE, ())):
            path = next((parent / name for parent in (folder, *folder.parents) if _is_there(parent / name)), None)
            if path is None:
                continue
            text, table = _read(path, keys)
            for section, given in table.items():
                both = isinstance(given, dict) and isinstance(content.get(section), dict)
                content[section] = {**content[section], **given} if both else given
                places |= dict.fromkeys((section, *_keys_in(given)), (path, text))
        return cls(content, places)

    def place_of(self, key: str) -> str:
        """Say where a key stands: `testronaut.toml:3`, or the environment variable that sets it."""
        if key not in self._places:
            return "environment"
        path, text = self._places[key]
        pattern = re.compile(rf"""^\s*(\[+\s*)?(["']?){re.escape(key)}\2\s*[\].=]""")
        line = next((number for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)), None)
        return f"{path.name}:{line}" if line else path.name


def _keys_in(given: object) -> Iterator[str]:
    if isinstance(given, dict):
        yield from given
    elif isinstance(given, list):
        for entry in given:
            yield from _keys_in(entry)


def _is_there(path: Path) -> bool:
    """Tell whether a file is there; what lies in a folder that may not be looked into is not there for us."""
    try:
        return path.is_file()
    except OSError:
        return False


def _read(path: Path, keys: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        table: Any = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", f"Mend or remove {path.name}.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.name}: {error}", "It must be TOML: https://toml.io") from error
    for key in keys:
        table = table.get(key, {})
    return text, table


def _explain(error: ValidationError, found: _File) -> ConfigError:
    problem = error.errors()[0]
    words = [str(word) for word in problem["loc"]]
    key = next((word for word in reversed(words) if not word.isdigit()), "")
    place = found.place_of(key)
    where = f" in [{'.'.join(words[:-1])}]" if len(words) > 1 else ""
    if problem["type"] == "extra_forbidden":
        likely = near(key, _known_below(words[:-1]))
        hint = f"Near: {', '.join(likely)}." if likely else f"Known: {', '.join(_known_below(words[:-1]))}."
        return UnknownKeyError(f"{place}: unknown setting {visible(key)!r}{where}", hint)
    name = f"{PREFIX}{'__'.join(word.upper() for word in words)}" if place == "environment" else key
    return ConfigError(f"{place}: {name}{where}: {problem['msg'].lower()}, got {visible(str(problem['input']))!r}")


def _known_below(words: list[str]) -> list[str]:
    fields: Mapping[str, Any] = Settings.model_fields
    if words and words[0] == "tools":
        return sorted(ToolHints.model_fields)
    for word in words:
        annotation = fields[word].annotation
        fields = annotation.model_fields if isinstance(annotation, type) and issubclass(annotation, Section) else {}
    return sorted(fields)
