"""An interface as people read it: every fact, in columns that fit, and nothing that has power over a terminal."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from producer.interface.tree import WIDEST, interface_tree
from shared.models.call import Call
from shared.models.cli_tool import Argument, CliTool, Command, Option, Recipe, Source, Takes, ValueType
from tests.fakes.interfaces import hostile, interface, large, loom, valued


def lines(tool: CliTool, width: int = 100) -> list[str]:
    return [line.plain for line in interface_tree(tool, width)]


def facts(option: Option) -> str:
    text = " ".join(lines(interface(Command(options=(option,))), WIDEST)[4:])
    return text[text.find("[") + 1 : text.rfind("]")] if "[" in text else ""


def test_commands_come_first_and_then_each_with_what_it_takes() -> None:
    text = lines(loom())
    assert text[0] == "loom  loom 4.2"
    assert text[1].startswith("6 commands, 16 options, 5 arguments")
    assert "  weave (wv)        Make a cloth." in text
    assert "    colour (color)  Colour threads." in text
    assert "loom weave <KIND> [YARN]..." in text
    assert "  works:  loom weave --at 12:30 twill" in text
    assert "  -p, --pattern=VALUE  draw it from FILE  [file]" in text  # the value has no name
    assert "loom weave --width" in text[-2]
    assert text[-1] == "    two defaults (man and help)"


def test_a_command_that_takes_nothing_is_only_in_the_list() -> None:
    text = lines(loom())
    assert not {"loom thread", "loom thread colour"} & set(text)
    assert "loom thread colour get <N>" in text


@pytest.mark.parametrize(
    ("more", "fact"),
    [
        ({"value_type": ValueType.KEY_VALUE}, "key value"),
        ({"value_type": ValueType.TEXT}, ""),
        ({"value_type": ValueType.CHOICE, "choices": ("a", "b")}, "one of a, b"),
        (
            {"choices": tuple(str(number) for number in range(20))},
            "one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 8 more",
        ),
        ({"minimum": 1, "maximum": 9}, "1 to 9"),
        ({"minimum": 0}, "at least 0"),
        ({"maximum": 0.5}, "at most 0.5"),
        ({"default": "a.txt"}, "default a.txt"),
        ({"env_var": "LOOM"}, "$LOOM"),
        ({"required": True, "repeatable": True}, "required; repeatable"),
        ({"deprecated": True, "hidden": True}, "deprecated; hidden"),
        ({"inherited": True}, "global"),
        ({"negates": "--fringe"}, "switches off --fringe"),
        ({"conflicts": ("-a", "-b"), "requires": ("-c",)}, "not with -a, -b; needs -c"),
        ({"working_values": (b"a b", b"\xff")}, r"accepts 'a b', $'\xff'"),
        ({"confidence": 0.5}, "doubtful"),
        ({"sources": (Source.HELP, Source.MAN)}, "from help and man"),
        ({"confidence": 0.6, "sources": (Source.USAGE,)}, "from usage"),
    ],
)
def test_every_fact_is_told(more: dict[str, object], fact: str) -> None:
    assert facts(valued("--opt").model_copy(update=more)) == fact


@pytest.mark.parametrize(
    ("option", "spelled"),
    [
        (Option(names=("-a", "--all")), "-a, --all"),
        (valued("-a", "--all", value_name="N"), "-a, --all N"),
        (valued("--all", value_name="N", joined="="), "--all=N"),
        (valued("--all", takes=Takes.OPTIONAL, value_name="N", joined="="), "--all[=N]"),
        (valued("--all", takes=Takes.OPTIONAL), "--all [VALUE]"),
        (valued("-I", value_name="DIR", joined=""), "-IDIR"),
    ],
)
def test_options_are_spelled_as_they_are_typed(option: Option, spelled: str) -> None:
    assert f"  {spelled}" in lines(interface(Command(options=(option,))))


@pytest.mark.parametrize(
    ("argument", "shape", "fact"),
    [
        (Argument(name="A"), "<A>", ""),
        (Argument(name="A", required=False), "[A]", "may be left out"),
        (Argument(name="A", variadic=True), "<A>...", "one or more"),
        (Argument(name="<A>", required=False, variadic=True, value_type=ValueType.FILE), "[A]...", "file; any number"),
    ],
)
def test_arguments_say_how_often_they_may_stand_there(argument: Argument, shape: str, fact: str) -> None:
    text = lines(interface(Command(arguments=(argument,))))
    assert f"loom {shape}" in text
    assert text[-1].split("  ") == ["", shape, *([f"[{fact}]"] if fact else [])]


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_what_it_is_shown_on(width: int) -> None:
    long = "a description of many words, " * 20
    options = (
        valued("-w", "--width-of-the-cloth-with-all-its-fringes", value_name="CENTIMETRES", description=long),
        valued("-x", description=long, choices=tuple(f"choice-{number}" for number in range(30)), default="4"),
    )
    for tool in (loom(), interface(Command(summary=long, options=options))):
        assert all(cell_len(line) <= width for line in lines(tool, width))


def test_descriptions_stand_in_one_column_below_each_other() -> None:
    long = "word " * 40
    text = lines(interface(Command(options=(valued("-x", value_name="N", description=long),))), 80)
    begins = {len(line) - len(line.lstrip()) for line in text[5:]}
    assert text[4].startswith("  -x N  word word")
    assert begins == {text[4].index("word")}


def test_only_a_few_working_calls_are_shown_with_how_they_end() -> None:
    recipes = tuple(Recipe(call=Call(argv=(str(number).encode(),)), exit_code=number) for number in range(9))
    text = lines(interface(Command(recipes=recipes)))
    assert text[-3:] == ["  works:  loom 0", "  works:  loom 1  (exit code 1)", "  works:  loom 2  (exit code 2)"]


def test_nothing_that_a_tool_says_has_power_over_a_terminal() -> None:
    for line in lines(hostile()):
        assert line.isprintable()


def test_hundreds_of_commands_are_listed_a_line_each_before_anything_else() -> None:
    text = lines(large())
    assert text[3:303] == sorted(text[3:303])
    assert text[303:305] == ["", "loom verb0"]
