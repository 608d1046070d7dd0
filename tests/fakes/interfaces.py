"""Invented interfaces for whoever writes them down: one with everything, one that means harm, one that is large."""

from __future__ import annotations

from collections.abc import Iterable

from shared.models.call import Call
from shared.models.cli_tool import Argument, CliTool, Command, Contradiction, Option, Recipe, Source, Takes, ValueType

# Each begins with a word of its own, so that it can be completed; each would do harm where a shell read it.
HARMFUL = (
    "one$(touch ran)",
    "two`touch ran`",
    "three';touch ran;'",
    'four";touch ran;"',
    "five a  b",
    "six\\",
    "seven*?[a-z]{1,2}",
    "eight!!",
    "nine${IFS}$HOME~",
    "ten|touch ran&",
    "eleven(touch ran)",
    "twelve %s%n #",
)
UNPRINTABLE = ("a\nb", "\x1b[31mred", "tab\tbed", "\u202eright", "\x00")


def interface(*commands: Command, name: str = "loom", argv: tuple[bytes, ...] = (b"loom",), **more: object) -> CliTool:
    by_path = {command.path: command for command in commands}
    return CliTool.model_validate(
        {"name": name, "argv": argv, "fingerprint": "f" * 64, "version": "loom 4.2", "commands": by_path, **more}
    )


def loom() -> CliTool:
    """Give an interface in which everything occurs that completions know of."""
    return interface(
        _root(),
        _weave(),
        Command(path="thread", summary="Look after threads.", subcommands=("colour",)),
        Command(path="thread colour", summary="Colour threads.", subcommands=("set", "get"), aliases=("color",)),
        Command(
            path="thread colour set",
            summary="Dye one.",
            arguments=(
                Argument(name="HUE", choices=("red", "green", "dark:red", "dark:blue")),
                Argument(name="SPOOL", value_type=ValueType.DIRECTORY),
            ),
        ),
        Command(path="thread colour get", arguments=(Argument(name="N", value_type=ValueType.INTEGER),)),
        contradictions=(
            Contradiction(
                command="weave", subject="--width", message="two defaults", sources=(Source.MAN, Source.HELP)
            ),
        ),
    )


def _root() -> Command:
    return Command(
        summary="Weaves cloth.",
        options=(
            Option(names=("-v", "--verbose"), description="say more", repeatable=True, inherited=True),
            valued("-C", "--chest", value_type=ValueType.DIRECTORY, value_name="DIR", inherited=True),
            valued("--tint", choices=("never", "always"), joined="=", description="when to tint", inherited=True),
            Option(names=("--old",), deprecated=True),
            Option(names=("--secret",), hidden=True, sources=(Source.COMPLETION,)),
        ),
        subcommands=("weave", "thread"),
    )


def _weave() -> Command:
    return Command(
        path="weave",
        summary="Make a cloth.",
        aliases=("wv",),
        options=(
            valued("-w", "--width", value_type=ValueType.INTEGER, minimum=1, maximum=90, default="4", env_var="LOOM_W"),
            valued("-p", "--pattern", value_type=ValueType.FILE, joined="=", description="draw it from FILE"),
            valued("--edge", takes=Takes.OPTIONAL, choices=("straight", "wavy"), joined="="),
            valued("--knot", takes=Takes.OPTIONAL, choices=("reef", "granny")),
            valued("-finish", choices=("matt", "gloss"), description="one dash"),
            valued("--at", choices=("12:30", "12:45", "18:00"), required=True),
            Option(names=("--fringe",), description="leave threads at the ends"),
            Option(names=("--no-fringe",), negates="--fringe", conflicts=("--fringe",)),
            Option(names=("-x",)),
            valued("bs", value_type=ValueType.SIZE, joined="="),
            valued("ply", choices=("single", "double"), joined="="),
        ),
        arguments=(
            Argument(name="KIND", choices=("twill", "satin")),
            Argument(name="YARN", variadic=True, required=False, value_type=ValueType.FILE),
        ),
        recipes=(Recipe(call=Call(argv=(b"weave", b"--at", b"12:30", b"twill"))),),
    )


def valued(*names: str, takes: Takes = Takes.REQUIRED, **more: object) -> Option:
    return Option.model_validate({"names": names, "takes_value": takes, **more})


def hostile() -> CliTool:
    """Give an interface of which every text wants to be run."""
    words = (*HARMFUL, *UNPRINTABLE)
    text = " ".join(words)
    options = [valued("--pick", choices=words, description=text, default=text, env_var="$(touch ran)")]
    options += [Option(names=(f"--{word}",), description=word) for word in HARMFUL if " " not in word]
    options += [Option(names=(f"-{letter}",)) for letter in "?*$`\"'\\!#"]
    return interface(
        Command(summary=text, options=tuple(options), subcommands=("sub",)),
        Command(
            path="sub",
            summary=text,
            aliases=words,
            arguments=(Argument(name="$(touch ran)\n", choices=words, variadic=True),),
        ),
        *(Command(path=word, summary=text) for word in HARMFUL if " " not in word),
        version=text,
        contradictions=(Contradiction(command=text, subject=text, message=text),),
    )


def large(commands: int = 300, options: int = 40) -> CliTool:
    """Give an interface with so many commands, and so many options each."""
    paths = [f"verb{number}" for number in range(commands)]
    return interface(Command(subcommands=tuple(paths)), *(_one_of_many(path, options) for path in paths))


def _one_of_many(path: str, options: int) -> Command:
    return Command(path=path, summary=f"does {path}", options=tuple(_options(path, range(options))))


def _options(path: str, numbers: Iterable[int]) -> Iterable[Option]:
    for number in numbers:
        name, text = f"--{path}-option-{number}", f"the option with the number {number}, described in a line"
        choices = ("never", "auto", "always") if number % 4 == 0 else None
        takes = Takes.NONE if number % 2 else Takes.REQUIRED
        yield Option(names=(name,), takes_value=takes, choices=choices, joined="=", description=text)
