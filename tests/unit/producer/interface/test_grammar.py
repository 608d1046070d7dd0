"""What may be typed where."""

from __future__ import annotations

from producer.interface.grammar import Kind, Values, grammar_of, values_of, words_of
from shared.models.cli_tool import Argument, Command, ValueType
from tests.fakes.interfaces import HARMFUL, UNPRINTABLE, hostile, interface, loom


def test_the_tree_holds_every_command_under_all_its_words() -> None:
    root = grammar_of(loom()).root
    assert [node.words for node in root.walk()] == [
        ("",),
        ("thread",),
        ("colour", "color"),
        ("get",),
        ("set",),
        ("weave", "wv"),
    ]
    assert len({node.number for node in root.walk()}) == 6


def test_words_of_the_tool_itself_are_commands_above_it() -> None:
    tool = interface(Command(subcommands=("sub",)), Command(path="sub"), argv=(b"/opt/bin/frob", b"store"))
    grammar = grammar_of(tool)
    assert grammar.program == "frob"
    assert [node.words for node in grammar.root.walk()] == [("",), ("store",), ("sub",)]


def test_choices_leave_no_room_for_anything_else_and_an_unknown_value_may_be_a_file() -> None:
    assert values_of(ValueType.FILE, ("a", "b")) == Values(Kind.NOTHING, ("a", "b"))
    assert values_of(ValueType.OUTPUT, None) == Values(Kind.FILES)
    assert values_of(ValueType.DIRECTORY, None) == Values(Kind.DIRECTORIES)
    assert values_of(ValueType.URL, None) == Values(Kind.NOTHING)
    assert values_of(None, ()) == Values(Kind.FILES)


def test_behind_an_argument_for_any_number_of_words_the_next_may_already_be_meant() -> None:
    root = grammar_of(
        interface(
            Command(
                arguments=(
                    Argument(name="HOW", choices=("fast",)),
                    Argument(name="FROM", variadic=True, value_type=ValueType.FILE),
                    Argument(name="TO", choices=("here",)),
                )
            )
        )
    ).root
    assert root.places == (Values(Kind.NOTHING, ("fast",)),)
    assert root.rest == Values(Kind.FILES, ("here",))


def test_a_command_of_which_no_argument_is_known_may_take_files_unless_it_has_commands() -> None:
    root = grammar_of(interface(Command(subcommands=("a",)), Command(path="a"))).root
    assert root.rest is None
    assert root.children[0].rest == Values(Kind.FILES)


def test_words_that_nobody_could_read_are_left_out() -> None:
    assert words_of((*HARMFUL, *UNPRINTABLE, "", "x" * 10_000)) == HARMFUL
    for node in grammar_of(hostile()).root.walk():
        assert node.help.isprintable()
