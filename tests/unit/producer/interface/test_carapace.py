"""A carapace-spec file: what its schema allows, and no word of the tool that would mean something in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML

from producer.interface.carapace import write_carapace
from shared.models.cli_tool import CliTool, Command, Option
from tests.fakes.interfaces import HARMFUL, hostile, interface, large, loom

KEYS = {"name", "aliases", "description", "flags", "persistentflags", "exclusiveflags", "completion", "commands"}
FLAG = re.compile(r"(-[^-\s=*?&!,]+)?(, )?(--?[^\s=*?&!,-][^\s=*?&!,]*)?[=*?&!]*")


def spec(tool: CliTool) -> dict[str, Any]:
    content = YAML(typ="safe", pure=True).load(write_carapace(tool))
    for command in commands(content):
        assert set(command) <= KEYS
        assert isinstance(command["name"], str)
        flags = {**command.get("flags", {}), **command.get("persistentflags", {})}
        assert all(FLAG.fullmatch(flag) and isinstance(text, str) for flag, text in flags.items())
        assert set(command.get("completion", {})) <= {"flag", "positional", "positionalany"}
        for value in values(command.get("completion", {})):
            assert value in {"$files", "$directories"} or "$" not in value
    assert isinstance(content, dict)
    return content


def commands(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield content
    for child in content.get("commands", []):
        yield from commands(child)


def values(completion: dict[str, Any]) -> Iterator[str]:
    for known in completion.get("flag", {}).values():
        yield from known
    for known in completion.get("positional", []):
        yield from known
    yield from completion.get("positionalany", [])


def test_everything_known_stands_where_carapace_looks_for_it() -> None:
    content = spec(loom())
    assert content["name"] == "loom"
    assert content["persistentflags"] == {
        "-v, --verbose*": "say more",
        "-C, --chest=": "",
        "--tint=": "when to tint",
    }
    assert content["flags"] == {"--old&": "", "--secret&": ""}
    assert content["completion"]["flag"] == {"chest": ["$directories"], "tint": ["never", "always"]}
    by_name = {command["name"]: command for command in commands(content)}
    weave = by_name["weave"]
    assert weave["aliases"] == ["wv"]
    assert weave["description"] == "Make a cloth."
    assert set(weave["flags"]) == {
        "-w, --width=",
        "-p, --pattern=",
        "--edge?",
        "--knot?",
        "-finish=",
        "--at=!",
        "--fringe",
        "--no-fringe",
        "-x",
    }
    assert weave["exclusiveflags"] == [["no-fringe", "fringe"]]
    assert weave["completion"]["flag"]["pattern"] == ["$files"]
    assert weave["completion"]["positional"] == [["twill", "satin"]]
    assert weave["completion"]["positionalany"] == ["$files"]
    assert by_name["set"]["completion"]["positional"][1] == ["$directories"]


def test_a_flag_that_a_command_below_has_for_itself_is_not_handed_down() -> None:
    tool = interface(
        Command(options=(Option(names=("-v", "--verbose"), inherited=True),), subcommands=("a",)),
        Command(path="a", options=(Option(names=("-v", "--version")),)),
    )
    assert "persistentflags" not in spec(tool)


def test_spellings_that_are_one_without_their_dashes_stand_there_once() -> None:
    tool = interface(
        Command(options=(Option(names=("-v",)), Option(names=("--v",)), Option(names=("-a", "-b", "--cc"))))
    )
    assert list(spec(tool)["flags"]) == ["-v", "-a, --cc", "-b"]


def test_what_carapace_would_run_or_replace_is_left_out() -> None:
    content = spec(hostile())
    offered = content["completion"]["flag"]["pick"]
    assert offered == [word for word in HARMFUL if "$" not in word]


def test_a_large_interface_is_written() -> None:
    assert write_carapace(large()).count("\n") > 12_000
