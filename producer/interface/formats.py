"""The formats that an interface can be written in, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from producer.interface.bash import write_bash
from producer.interface.carapace import write_carapace
from producer.interface.fish import write_fish
from producer.interface.tree import interface_tree
from producer.interface.usage import write_usage
from shared.documents.interface import write_interface
from shared.models.cli_tool import CliTool

TEXT = "text"

Write = Callable[[CliTool], bytes]


def _encoded(write: Callable[[CliTool], str]) -> Write:
    return lambda tool: write(tool).encode(errors="replace")


def _write_text(tool: CliTool) -> str:
    return "".join(f"{line.plain}\n" for line in interface_tree(tool))


WRITERS: Mapping[str, Write] = MappingProxyType(
    {
        TEXT: _encoded(_write_text),
        "json": write_interface,
        "bash": _encoded(write_bash),
        "fish": _encoded(write_fish),
        "carapace": _encoded(write_carapace),
        "usage": _encoded(write_usage),
    }
)
