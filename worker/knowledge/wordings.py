"""The wordings with which the parsers that tools are built with refuse a call, as one table.

A wording is a regular expression that begins where the message begins; typographic quotation marks are plain ones by
then. Placeholders stand for what it names: `{option}` a word with its dashes, `{word}` any word, `{quoted}` a quoted
text, `{letter}` an option's letter alone, `{bare}` an option's name without its dashes, `{bares}` several of these,
`{spellings}` several spellings of one option, `{words}` several words, `{either}` words that may be options without
their dashes or arguments, `{choices}` what would have been accepted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property


class RefusalKind(StrEnum):
    """What a tool holds against a call; OTHER_USAGE is every other mistake in how it was typed."""

    UNKNOWN_OPTION = "unknown_option"
    UNKNOWN_COMMAND = "unknown_command"
    MISSING_VALUE = "missing_value"
    UNEXPECTED_VALUE = "unexpected_value"
    INVALID_CHOICE = "invalid_choice"
    INVALID_VALUE = "invalid_value"
    MISSING_ARGUMENT = "missing_argument"
    EXTRA_ARGUMENT = "extra_argument"
    NO_SUCH_FILE = "no_such_file"
    CONFLICT = "conflict"
    REQUIRES = "requires"
    OTHER_USAGE = "other_usage"


_QUOTES = r"'\"`"
_UNKNOWN = r"(?:unknown|unrecogni[sz]ed|invalid|illegal|unsupported|unexpected|bad|no such|nonexistent|undefined)"
_OPTION = r"(?:(?:command[- ]line |long |short |gnu |global )*(?:options?|flags?|switch(?:es)?))"
_FILE_MISSING = r"(?:no such file or directory|does not exist|no such file|cannot find the file)"

_PLACEHOLDERS = {
    "{option}": rf"[{_QUOTES}]?(?P<subject>[-+][^\s{_QUOTES},;()\[\]<>]{{0,200}})[{_QUOTES}]?",
    "{spellings}": rf"[{_QUOTES}]?(?P<spellings>-[^:\n]{{1,200}}?)[{_QUOTES}]?",
    "{word}": rf"[{_QUOTES}]?(?P<subject>[^\s{_QUOTES},;()]{{1,200}})[{_QUOTES}]?",
    "{quoted}": rf"[{_QUOTES}](?P<subject>[^{_QUOTES}]{{0,200}})[{_QUOTES}]",
    "{letter}": rf"[{_QUOTES}]?(?P<letter>[^\s{_QUOTES}])[{_QUOTES}]?(?![\w-])",
    "{bare}": rf"[{_QUOTES}]?(?P<bare>[^\s{_QUOTES},;:()]{{1,200}})[{_QUOTES}]?",
    "{words}": r"(?P<words>[^\n]{1,500})",
    "{bares}": r"(?P<bares>[^\n]{1,500})",
    "{either}": r"(?P<either>[^\n]{1,500})",
    "{choices}": r"(?P<choices>[^\n]{1,2000})",
    "{any}": r"[^\n]{0,200}?",
    "{unknown}": _UNKNOWN,
    "{an option}": _OPTION,
    "{missing}": _FILE_MISSING,
}

# Names of the tool, a line number, "error", a mark or a frame stand before the message itself.
# A dash before a letter or another dash belongs to an option.
_BEFORE = (
    r"(?:[\s│|*!>✖✗✘●\xd7]|-(?![\w-])){0,8}"
    r"(?:\[\w{1,12}\]\s)?(?:[^:\n]{1,100}:\s){0,4}(?:(?:\w{1,30}\s)?(?:error|err!)\s+)?"
)


# What of a wording need not stand in a message as it is written, the innermost groups first.
_ESCAPED = re.compile(r"\\.")
_GROUP = re.compile(r"\([^()]*\)")
_SET = re.compile(r"\[[^\]]*\]")
_REPEATED = re.compile(r".(?:[?*+]|\{\d*,?\d*\})+", re.DOTALL)
_NOT_PLAIN = re.compile(r"[^a-z',: -]+")


class Wording:
    """One wording; most messages lack its keyword, so that nobody has to compile it, nor to try it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.keyword = _keyword(text)

    def match(self, line: str, lowered: str) -> re.Match[str] | None:
        """Match a line, which is given in small letters as well."""
        return self.pattern.match(line) if self.keyword in lowered else None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Give the wording as a regular expression."""
        filled = self._text
        for placeholder, pattern in _PLACEHOLDERS.items():
            filled = filled.replace(placeholder, pattern)
        return re.compile(_BEFORE + filled, re.IGNORECASE)


def _keyword(text: str) -> str:
    """Give the longest piece that a message of this wording holds as it is; an empty one where there is none."""
    for placeholder in _PLACEHOLDERS:
        text = text.replace(placeholder, "\0")
    text = _ESCAPED.sub("\0", text)
    while (reduced := _GROUP.sub("\0", text)) != text:
        text = reduced
    return max(_NOT_PLAIN.split(_REPEATED.sub("\0", _SET.sub("\0", text))), key=len)


def _wordings(*texts: str) -> tuple[Wording, ...]:
    return tuple(map(Wording, texts))


# Tried from top to bottom, the first that fits a line wins: what is more exact stands before what is less.
WORDINGS: Mapping[RefusalKind, tuple[Wording, ...]] = {
    RefusalKind.MISSING_VALUE: _wordings(
        r"{an option} requires (?:an argument|a value) -- {letter}",  # getopt
        r"{an option} {option} requires (?:an? |1 |\d+ )?(?:argument|value|parameter)s?",  # getopt_long, click
        r"{an option} {bare} requires (?:an argument|a value|a parameter)",  # Getopt::Long, parse-options
        r"argument {spellings}: expected (?:one|at least one|\d+) arguments?",  # argparse
        r"{option} {an option} requires (?:an|\d+) arguments?",  # optparse, older click
        r"flag needs an argument: (?:{option}|{letter} in -)",  # Go flag, pflag
        r"expected (?:argument|parameter) for (?:flag|option) {option}",  # kingpin, picocli
        r"a value is required for {spellings} but none",  # clap 4
        r"the argument {spellings}(?: <[^>\n]{0,200}>)?['\"]? requires a value but none was supplied",  # clap 2, 3
        r"argument to option {bare} missing",  # Rust getopts
        r"missing (?:argument|value|required parameter|parameter) (?:for|to) (?:option:?\s?)?{option}",
        r"missing (?:argument|value) for (?:the )?option:? {bare}",  # commons-cli
        r"the {option} option doesn't have an associated value",  # pico-args
        r"option {spellings} argument missing",  # commander
        r"not enough arguments following: {bare}",  # yargs
        r"missing argument: {option}",  # OptionParser
        r"flag {option} expects a value",  # oclif
        r"value for {bare} of type {any} required",  # optionator
        r"no (?:value provided for option|arg for) {option}",  # Thor, shells
        r"option {option}:? requires (?:parameter|an? \w+)",
        r"{option} (?:requires|needs|expects) (?:an?|one|1) (?:argument|value|parameter)",
        r"{option}: (?:option|requires|needs)? ?(?:requires an argument|missing argument|needs a value)",
    ),
    RefusalKind.UNEXPECTED_VALUE: _wordings(
        r"{an option} {option} (?:doesn't|does not) (?:allow|take|accept) (?:an argument|a value)",
        r"{an option} (?:doesn't|does not) take an argument -- {bare}",  # BSD
        r"{an option} {bare} (?:takes no value|(?:doesn't|does not) take (?:an argument|a value))",
        r"argument {spellings}: ignored explicit argument",  # argparse
        r"{option} option does not take a value",  # optparse
        r"unexpected value {any} for {option} found",  # clap 4
        r"the value {any} was provided to {option}{any} but it wasn't expecting any",  # clap 3
        r"needless argument: {option}",  # OptionParser
        r"unexpected argument for option {option}",  # lexopt
        r"option {option}{any} should be specified without",  # picocli
    ),
    RefusalKind.UNKNOWN_OPTION: _wordings(
        r"{unknown} {an option} -- {letter}",  # getopt
        r"{unknown} {an option}(?::| -)? {option}",
        r"{unknown} shorthand flag: {letter} in",  # pflag
        r"{unknown} {an option}:? {bare}\s*$",  # parse-options, Getopt::Long
        r"{unknown} (?:argument|parameter|arg)(?::| -)? {option}",
        r"flag provided but not defined: {option}",  # Go flag
        r"found argument {option} which wasn't expected",  # clap 2, 3
        r"unrecognized arguments: {words}",  # argparse
        r"unused arguments left: {words}",
        r"unknown arguments?: {either}",  # yargs
        r"unknown switches {quoted}",  # Thor
        r"unmatched arguments? (?:at index \d+: )?{option}",  # picocli
        r"could not consume arg: {option}",  # fire
        r"(?:an? )?unknown predicate {option}",  # single-dash words
        r"option {option}:? is unknown",
        r"{option}: {unknown} {an option}",  # shells
        r"{unknown} {an option}s?\b(?=[.;,:]? ?(?:$|\())",
    ),
    RefusalKind.UNKNOWN_COMMAND: _wordings(
        r"{unknown} (?:sub-?)?command(?::| -)? {word}",
        r"{word} is not an? (?:[\w.-]+ |valid |known ){0,2}(?:sub-?)?command\b",
        r"the subcommand {word} wasn't recognized",  # clap 2, 3
        r"could not find (?:sub-?)?command {word}",  # Thor
        r"{word}: {unknown} (?:sub-?)?command",
        r"command {word} not found",  # oclif
        r"expected command but got {word}",  # kingpin
        r"{word}: applet not found",
        r"no help topic for {word}",  # urfave
    ),
    RefusalKind.INVALID_CHOICE: _wordings(
        r"argument {spellings}: invalid choice: {any}\(choose from {choices}\)",  # argparse
        r"argument {any}: invalid choice: {quoted} \(choose from {choices}\)",
        r"option {option}: invalid choice: {any} ?\(choose from {choices}\)",  # optparse
        r"invalid value for {spellings}: (?:{any} is not one of|invalid choice: {any}\(choose from) {choices}",  # click
        r"invalid value for {quoted}: {any} is not one of {choices}",
        r"invalid value {any} for {spellings}(?: <[^>\n]{0,200}>)?['\"]?$",  # clap 4, its choices on the next line
        r"{any} isn't a valid value for {spellings}(?: <|['\"])",  # clap 2, 3
        r"(?:invalid|ambiguous) argument {any} for {option}$",  # GNU, its choices on the next lines
        r"option {spellings} argument {any} is invalid\. allowed choices are {choices}",  # commander
        r"expected {option} to be one of:? {choices}",  # oclif, Thor
        r"expected (?P<subject>--[\w-]+)=\S+ to be one of: {choices}",
        r"invalid value for option {option}{any}: expected one of \[{choices}\]",  # picocli
        r"option {bare}: {any} not one of {choices}",  # optionator
        r"argument: (?P<bare>\S+), given: {any}, choices: {choices}",  # yargs
        r"enum value must be one of {choices}, got",  # kingpin
    ),
    RefusalKind.NO_SUCH_FILE: _wordings(
        r"invalid value for {any}: (?:path|file|directory) {quoted} does not exist",  # click
        r"{any}no such file or directory: {quoted}",  # Python
        r"{any}no such file or directory, \w+ {quoted}",  # Node
        r"{any}{quoted}{any}: {missing}",  # GNU
        r"(?:open|stat|lstat|read|chdir) (?P<subject>[^:\n]{1,200}): no such file or directory",  # Go
        r"(?:file|path|directory|folder) {quoted} (?:does not exist|not found|was not found)",
        r"(?:file|path|input) not found: {word}",
        r"(?:can't|cannot|could not|couldn't|unable to|failed to) (?:open|read|access|find|load|stat)"
        r"(?: (?:the |input )?(?:file|path|directory))?:? {quoted}",
        r"(?P<subject>\S{1,200}) \(no such file or directory\)",  # Java
        r"(?P<subject>[^\s:'\"]{1,200}): {missing}",
        r"no such file or directory\b",
    ),
    RefusalKind.INVALID_VALUE: _wordings(
        r"argument {spellings}: invalid [\w .-]{1,60} value: ",  # argparse
        r"argument [\w.-]+: invalid [\w .-]{1,60} value: {quoted}",
        r"option {option}: invalid [\w .-]{1,60} value: ",  # optparse
        r"invalid value for {spellings}: ",  # click
        r"invalid value for {quoted}: ",
        r"invalid value for option {option}",  # picocli
        r"invalid value for option {bare} - expected type ",  # optionator
        r"invalid value {any} for flag {option}",  # Go flag
        r"invalid argument {any} for {spellings} flag",  # pflag
        r"invalid value {any} for {spellings}(?: <[^>\n]{0,200}>)?['\"]?: ",  # clap
        r"option {bare} expects an? (?:numerical |integer |non-negative |positive )?\w*\s?(?:value|number|integer)",
        r"option {spellings} argument {any} is invalid",  # commander
        r"invalid argument: {option}",  # OptionParser
        r"value {any} invalid for option {bare}",  # Getopt::Long
        r"invalid [a-z][a-z -]{1,50}:? {quoted}",  # GNU
    ),
    RefusalKind.MISSING_ARGUMENT: _wordings(
        r"the following arguments are required: {words}",  # argparse
        r"(?:too few|not enough|insufficient) (?:positional |non-option )?arguments",
        r"missing (?:argument|option|parameter) {quoted}",  # click
        r"missing (?:required )?(?:argument|parameter|option)s?:? {word}",
        r"missing (?:(?:destination |file |source )*operand|command|argument|file ?name|input)s?\b",
        r"{any}requires (?:at least |exactly )?\d+ (?:arg|argument)s?\b",
        r"requires at least \d+ arg\(s\), only received \d+",  # cobra
        r"accepts (?:at least )?(?!0)\d+ arg\(s\), received 0",
        r"required flag\(s\) {bares} not set",  # pflag
        r"required (?:flag|option|argument) {spellings} not (?:set|provided|specified)",
        r"required argument {quoted} not provided",  # kingpin
        r"the following required arguments were not provided",  # clap
        r"{word} requires a subcommand",
        r"(?:no|missing) (?:input )?(?:files?|arguments?|operands?|command)"
        r"(?: (?:specified|given|provided|supplied))?[.!]?$",
        r"(?:fatal error: )?no input files?",
        r"you must specify\b",
        r"expected (?:at least )?\d+ arguments?",
    ),
    RefusalKind.EXTRA_ARGUMENT: _wordings(
        r"extra operand {quoted}",  # GNU
        r"(?:got )?unexpected extra arguments? \({words}\)",  # click
        r"(?:unexpected|unrecognized|extra|superfluous) (?:argument|operand|parameter)s?:? {word}",
        r"found argument {word} which wasn't expected",  # clap 2, 3
        r"unmatched arguments? (?:at index \d+: )?{word}",  # picocli
        r"could not consume arg: {word}",  # fire
        r"too many (?:positional |non-option )?(?:arguments|operands)",
        r"accepts (?:at most |between )?\d+ (?:and \d+ )?arg\(s\), received",  # cobra
        r"{any}(?:accepts|takes) no arguments",
    ),
    RefusalKind.CONFLICT: _wordings(
        r"argument {spellings}: not allowed with argument",  # argparse
        r"the argument {spellings}(?: <[^>\n]{0,200}>)?['\"]? cannot be used with",  # clap
        r"if any flags in the group \[{words}\] are set none of the others can be",  # cobra
        r"options? {spellings}['\"]? (?:and {any} )?cannot be used (?:with|together)",  # commander, parse-options
        r"arguments? {any} (?:and|,) {any} are mutually exclusive",  # yargs
        r"{option}{any} (?:and|with|,) {any}(?:are )?(?:mutually exclusive|incompatible)",
        r"{option}{any} cannot also be provided when using",  # oclif
        r"conflicting {any}options?",
    ),
    RefusalKind.REQUIRES: _wordings(
        r"one of the arguments {words} is required",  # argparse
        r"at least one of the flags in the group \[{words}\] is required",  # cobra
        r"(?:the )?(?:option )?{option}{any} (?:requires|needs|depends on) (?:the )?(?:option )?['\"`]?-",
        r"{option}{any} can only be used (?:with|together)",
        r"all of the following must be provided when using {option}",  # oclif
        r"missing dependent arguments",  # yargs
    ),
    RefusalKind.OTHER_USAGE: _wordings(
        r"option {option} is ambiguous",  # getopt_long
        r"ambiguous option: {option}",  # argparse
        r"(?:incorrect|invalid|bad) usage\b",
        r"usage error\b",
    ),
}
