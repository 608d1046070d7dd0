"""An interface as text for people: the commands at a glance, then each with its options, arguments and working calls.

Whatever came from the tool passes `visible`: it can neither move the cursor nor pretend to be ours.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from shared.models.cli_tool import Argument, CliTool, Command, Contradiction, Option, Source, Takes, ValueType
from shared.utils.text import count, one_line, quote, quote_all, visible

NARROWEST = 60
WIDEST = 140
_LONGEST_DESCRIPTION = 400
_MOST_CHOICES = 12
_MOST_VALUES = 3
_MOST_RECIPES = 3
_DOUBTFUL = 0.9
_MARGIN = "  "
_SELF_EVIDENT = (None, ValueType.TEXT, ValueType.CHOICE)


def interface_tree(tool: CliTool, width: int = 100) -> Iterator[Text]:
    """Draw an interface in lines of about so many columns, within what is easy to read."""
    width = min(max(width, NARROWEST), WIDEST)
    commands = [tool.commands[path] for path in sorted(tool.commands, key=str.split)]
    yield from _head(tool)
    if len(commands) > 1:
        yield from _overview(commands, width)
    for command in commands:
        if _has_content(command):
            yield Text("")
            yield from _command(tool, command, width)
    if tool.contradictions:
        yield Text("")
        yield Text("The documentation does not agree with itself", style="bold")
        for one in tool.contradictions:
            yield from _contradiction(tool, one, width)


def _head(tool: CliTool) -> Iterator[Text]:
    version = f"  {one_line(tool.version, 60)}" if tool.version else ""
    yield Text.assemble((visible(tool.name), "bold"), version)
    arguments = sum(len(command.arguments) for command in tool.commands.values())
    facts = [count(len(tool.commands), "command"), count(tool.option_count, "option"), count(arguments, "argument")]
    yield Text(", ".join(facts) + "; from the help unless said")


def _overview(commands: Sequence[Command], width: int) -> Iterator[Text]:
    """Give each command below the tool itself one line."""
    names = [_MARGIN * len(command.path.split()) + _called(command) for command in commands]
    column = _column(names, width)
    yield Text("")
    for command, name in zip(commands, names, strict=True):
        if command.path:
            head = _padded(name, column) if cell_len(name) < column else f"{name}  "
            summary = one_line(command.summary, max(width - cell_len(head), NARROWEST // 2))
            yield Text.assemble((head, "bold"), summary)


def _called(command: Command) -> str:
    aliases = f" ({', '.join(command.aliases)})" if command.aliases else ""
    return visible(command.path.rpartition(" ")[2] + aliases)


def _has_content(command: Command) -> bool:
    return bool(command.options or command.arguments or command.recipes or (command.summary and not command.path))


def _command(tool: CliTool, command: Command, width: int) -> Iterator[Text]:
    words = " ".join([tool.name, *([command.path] if command.path else []), *map(_shape, command.arguments)])
    yield Text(visible(words), style="bold")
    yield from _paragraph(one_line(command.summary, _LONGEST_DESCRIPTION), _MARGIN, width)
    rows = [
        *((_MARGIN + visible(_shape(one)), "", _argument_facts(one)) for one in command.arguments),
        *((_MARGIN + visible(_spelled(one)), _told(one), _option_facts(one)) for one in command.options),
    ]
    column = _column([left for left, _, _ in rows], width)
    for left, description, facts in rows:
        yield from _row(left, description, "; ".join(facts), column, width)
    for recipe in command.recipes[:_MOST_RECIPES]:
        line = visible(f"{tool.name} {quote_all(recipe.call.argv)}".strip())
        ending = f"  (exit code {recipe.exit_code})" if recipe.exit_code else ""
        yield Text.assemble(f"{_MARGIN}works:  ", (line, "green"), ending)


def _row(left: str, description: str, facts: str, column: int, width: int) -> Iterator[Text]:
    """Put a description beside what it is about, and facts behind it where they fit, else below."""
    lines = [Text(line) for line in _wrapped(description, width - column)]
    noted = [Text(line, style="dim") for line in _wrapped(facts, width - column - 2)]
    if len(noted) == 1:
        noted = [Text.assemble("[", (noted[0].plain, "dim"), "]")]
    elif noted:
        noted = [Text.assemble("[", noted[0]), *(Text.assemble(" ", line) for line in noted[1:])]
        noted[-1].append("]")
    if lines and len(noted) == 1 and lines[-1].cell_len + 2 + noted[0].cell_len <= width - column:
        lines[-1] = Text.assemble(lines[-1], "  ", noted.pop())
    lines += noted
    if not lines:
        yield Text(left)
        return
    if cell_len(left) > column - 2:
        yield Text(left)
        left = ""
    yield Text.assemble(_padded(left, column), lines[0])
    for line in lines[1:]:
        yield Text.assemble(" " * column, line)


def _column(lefts: Sequence[str], width: int) -> int:
    """Say where descriptions begin: behind most of what stands at the left, but not in the right half."""
    most = width * 2 // 5
    return max((cell_len(left) + 2 for left in lefts if cell_len(left) + 2 <= most), default=most)


def _padded(text: str, width: int) -> str:
    return set_cell_size(text, width) if cell_len(text) < width else text


def _paragraph(text: str, margin: str, width: int) -> Iterator[Text]:
    yield from (Text(margin + line) for line in _wrapped(text, width - len(margin)))


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _shape(argument: Argument) -> str:
    """Write an argument as usage lines do."""
    name = argument.name.strip("<>[]") or argument.name
    shown = f"<{name}>" if argument.required else f"[{name}]"
    return f"{shown}..." if argument.variadic else shown


def _spelled(option: Option) -> str:
    if option.takes_value is Takes.NONE:
        return ", ".join(option.names)
    value = option.value_name or "VALUE"
    joined = " " if option.joined is None else option.joined
    bracketed = f" [{value}]" if option.joined is None else f"[{joined}{value}]"
    shown = f"{joined}{value}" if option.takes_value is Takes.REQUIRED else bracketed
    return ", ".join(option.names) + shown


def _told(option: Option) -> str:
    return one_line(option.description, _LONGEST_DESCRIPTION)


def _option_facts(option: Option) -> list[str]:
    facts = [
        *_value_facts(option.value_type, option.choices),
        _range(option),
        f"default {visible(option.default)}" if option.default else "",
        f"${visible(option.env_var)}" if option.env_var else "",
        "required" if option.required else "",
        "repeatable" if option.repeatable else "",
        "deprecated" if option.deprecated else "",
        "hidden" if option.hidden else "",
        "global" if option.inherited else "",
        f"switches off {visible(option.negates)}" if option.negates else "",
        f"not with {_named(option.conflicts)}" if option.conflicts else "",
        f"needs {_named(option.requires)}" if option.requires else "",
        _working(option),
        "doubtful" if option.confidence < _DOUBTFUL and Source.HELP in option.sources else "",
        f"from {' and '.join(option.sources)}" if option.sources != (Source.HELP,) else "",
    ]
    return [fact for fact in facts if fact]


def _argument_facts(argument: Argument) -> list[str]:
    how_many = {(True, True): "one or more", (False, True): "any number", (False, False): "may be left out"}
    facts = [
        *_value_facts(argument.value_type, argument.choices),
        how_many.get((argument.required, argument.variadic), ""),
    ]
    return [fact for fact in facts if fact]


def _value_facts(kind: ValueType | None, choices: Sequence[str] | None) -> Iterator[str]:
    if kind not in _SELF_EVIDENT:
        yield str(kind).replace("_", " ")
    if choices:
        more = f" and {len(choices) - _MOST_CHOICES} more" if len(choices) > _MOST_CHOICES else ""
        yield f"one of {_named(choices[:_MOST_CHOICES])}{more}"


def _range(option: Option) -> str:
    match option.minimum, option.maximum:
        case None, None:
            return ""
        case least, None:
            return f"at least {least}"
        case None, most:
            return f"at most {most}"
        case least, most:
            return f"{least} to {most}"


def _working(option: Option) -> str:
    values = [visible(quote(value)) for value in option.working_values[:_MOST_VALUES]]
    return f"accepts {', '.join(values)}" if values else ""


def _named(words: Iterable[str]) -> str:
    return ", ".join(visible(word) for word in words)


def _contradiction(tool: CliTool, one: Contradiction, width: int) -> Iterator[Text]:
    subject = visible(" ".join(word for word in (tool.name, one.command, one.subject) if word))
    places = f" ({' and '.join(one.sources)})" if one.sources else ""
    yield Text(f"{_MARGIN}{subject}")
    yield from _paragraph(visible(one.message) + places, _MARGIN * 2, width)
