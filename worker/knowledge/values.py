"""What a value is, as far as its name and its documentation tell, and which values to try for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from shared.models.cli_tool import ValueType
from worker.knowledge import samples

_WORDS: Mapping[ValueType, str] = {
    ValueType.DIRECTORY: "dir dirs directory directories folder folders dirname workdir outdir rootdir basedir",
    ValueType.OUTPUT: "output outfile out outputfile outpath dest destination logfile",
    ValueType.FILE: "file files filename filenames path paths filepath infile input inputfile fname src source"
    " archive config configfile conffile keyfile paths_from zipfile",
    ValueType.FLOAT: "float float32 float64 double decimal ratio factor percent percentage real probability",
    ValueType.SIZE: "size bytes blocksize bufsize bufsiz memory sizes",
    ValueType.DURATION: "duration seconds secs sec timeout delay interval ms milliseconds minutes ttl",
    ValueType.DATE: "date datetime timestamp since until yyyy",
    ValueType.URL: "url urls uri uris link endpoint href",
    ValueType.REGEX: "regex regexp regexes pattern patterns glob globs",
    ValueType.FORMAT: "format fmt template",
    ValueType.KEY_VALUE: "stringtostring keyvalue key_value map mapping",
    ValueType.LIST: "list lists strings stringslice stringarray ints intslice columns_list",
    ValueType.INTEGER: "n num number int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 integer integers count"
    " lines line cols width height depth level levels port limit jobs job pid max min digits pages page"
    " retries threads index nth nr year seed numeric batchsize pagesize poolsize queuesize",
    ValueType.TEXT: "string str text name names word words msg message title label user username prefix suffix tag"
    " id style char delim delimiter separator sep",
}
_BY_WORD = {word: value_type for value_type, words in _WORDS.items() for word in words.split()}

_ENDINGS = {
    "file": ValueType.FILE,
    "files": ValueType.FILE,
    "path": ValueType.FILE,
    "dir": ValueType.DIRECTORY,
    "size": ValueType.SIZE,
}

_PATHS = frozenset({ValueType.OUTPUT, ValueType.FILE, ValueType.DIRECTORY})

# Names that say no more than that there is a value.
_SAYS_NOTHING = frozenset(
    {"string", "str", "text", "value", "val", "arg", "argument", "args", "param", "parameter", "x", "y", "word", "var"}
)

_DESCRIBED: tuple[tuple[re.Pattern[str], ValueType], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), value_type)
    for pattern, value_type in (
        (r"\b(?:write|save|store|dump|log)s?\b[^.;]{0,40}\bto\b[^.;]{0,20}\bfile\b|\boutput file\b", ValueType.OUTPUT),
        (r"\bregular expression\b|\bregexp?\b", ValueType.REGEX),
        (r"\b(?:number|amount|count) of\b|\bmaximum number\b|\bhow many\b", ValueType.INTEGER),
        (r"\bin (?:milli)?seconds\b|\btime-?out\b", ValueType.DURATION),
        (r"\bin bytes\b", ValueType.SIZE),
        (r"\bpath (?:to|of) (?:the |a |an )?(?:\w+ )?(?:directory|folder)\b", ValueType.DIRECTORY),
        (
            r"\b(?:read|load)s?\b[^.;]{0,40}\bfrom\b[^.;]{0,20}\bfile\b|\bpath (?:to|of)\b|\binput file\b",
            ValueType.FILE,
        ),
        (r"\bcomma[- ]separated\b", ValueType.LIST),
    )
)
# How a refusal says what should have stood there, the more exact before the less.
_ASKED_FOR: tuple[tuple[re.Pattern[str], ValueType], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), value_type)
    for pattern, value_type in (
        (r"\bkey ?= ?val|\bname ?= ?val|\bkey/value\b|\bkey-value\b", ValueType.KEY_VALUE),
        (r"\bregular expression\b|\bregexp?\b", ValueType.REGEX),
        (r"\bduration\b|\btime-?out\b|\binterval\b", ValueType.DURATION),
        (r"\bdates?\b|\bdatetime\b|\btimestamp\b|\btime format\b", ValueType.DATE),
        (r"\bfloat(?:ing)?\b|\bdecimal\b|\bdouble\b|\bParseFloat\b", ValueType.FLOAT),
        (r"\bur[li]s?\b", ValueType.URL),
        (
            r"\b(?:int(?:eger)?|u?int\d*|numbers?|numeric(?:al)?|digits?|count|ParseU?Int|Atoi|NaN)\b",
            ValueType.INTEGER,
        ),
        (r"\bsize\b|\bbytes\b", ValueType.SIZE),
    )
)
_LONGEST_REFUSAL = 1000
_INTEGER = re.compile(r"[-+]?\d+")
_FLOAT = re.compile(r"[-+]?\d+\.\d+")
_KEY_VALUE = re.compile(r"[\w.<>-]+=[\w.<>\[\]-]+")

# The one address that leads somewhere without a network, on every machine.
LOCAL_URL = b"file:///dev/null"

_LADDERS: Mapping[ValueType | None, tuple[bytes, ...]] = {
    ValueType.TEXT: (b"alpha", b"a", b"1", b"two words"),
    ValueType.INTEGER: (b"1", b"2", b"3", b"10", b"0"),
    ValueType.FLOAT: (b"1.5", b"1", b"0.5"),
    ValueType.SIZE: (b"1024", b"1", b"1K", b"10"),
    ValueType.DURATION: (b"1", b"1s", b"2"),
    ValueType.DATE: (b"2024-01-31", b"2024-01-31T12:00:00", b"2024-01-31 12:00:00"),
    ValueType.OUTPUT: (samples.NEW,),
    ValueType.DIRECTORY: (samples.FOLDER, b"."),
    ValueType.URL: (b"http://localhost/", b"http://127.0.0.1/"),
    ValueType.REGEX: (b"a", b"[a-z]+", b"^b"),
    ValueType.FORMAT: (b"json", b"text", b"csv"),
    ValueType.KEY_VALUE: (b"key=value", b"a=1"),
    ValueType.LIST: (b"1,2", b"a,b", b"a"),
    # A digit is a number as well as a word.
    None: (b"1", b"a", b"sample.txt"),
}
# A text in a language of the tool's own: what is sound in several of them.
_PROGRAM = re.compile(r"\b(?:expr(?:ession)?|script|program|filter|code)\b", re.IGNORECASE)
_PROGRAMS = (b"1", b"p", b".", b"1 + 1")
_OWN_SYNTAX = frozenset({ValueType.TEXT, ValueType.FORMAT, ValueType.DATE, ValueType.LIST, ValueType.DURATION, None})


def type_of(
    value_name: str | None,
    description: str = "",
    names: Sequence[str] = (),
    choices: Sequence[str] | None = None,
    default: str | None = None,
) -> ValueType | None:
    """Guess what a value is: from its choices, its own name, the option's names, its description, its default.

    None where nothing tells.
    """
    if choices:
        return ValueType.CHOICE
    named = _by_name(value_name or "")
    if named is ValueType.FILE and _is_written(names, description):
        return ValueType.OUTPUT
    if named is not None and not _says_nothing(value_name or ""):
        return named
    return _by_names(names) or _by_description(description) or _by_default(default) or named


def type_asked_for(refusal: str, words: Iterable[str] = ()) -> ValueType | None:
    """Tell from a refusal what should have stood in place of a value; `words` are those of the call, no hint."""
    said = refusal[:_LONGEST_REFUSAL]
    for word in sorted(words, key=len, reverse=True):
        said = said.replace(word, " ") if word else said
    return next((value_type for pattern, value_type in _ASKED_FOR if pattern.search(said)), None)


def ladder(
    value_type: ValueType | None,
    choices: Sequence[str] | None = None,
    default: str | None = None,
    value_name: str | None = None,
) -> tuple[bytes, ...]:
    """Give values to try, the most plausible and harmless first; never none.

    Names of files are those of the samples, so they need the basic files in the folder of the call. A documented
    default comes first where the value has a syntax of its own, else last.
    """
    if choices:
        return tuple(dict.fromkeys(choice.encode() for choice in choices))
    if value_type is ValueType.FILE:
        return tuple(dict.fromkeys((samples.file_for(value_name or "").path, b"sample.txt", b"sample.json")))
    is_program = value_type in {None, ValueType.TEXT} and _PROGRAM.search(value_name or "")
    steps = _PROGRAMS if is_program else _LADDERS.get(value_type, _LADDERS[None])
    if not default or "\0" in default:
        return steps
    known = default.encode(errors="replace")
    return tuple(dict.fromkeys((known, *steps) if value_type in _OWN_SYNTAX else (*steps, known)))


def _by_name(name: str) -> ValueType | None:
    if _KEY_VALUE.search(name):
        return ValueType.KEY_VALUE
    if "%Y" in name:
        return ValueType.DATE
    if samples.is_file_name(name):
        return ValueType.FILE
    words = _words_of(name)
    whole = _BY_WORD.get("".join(words))
    # In `output-dir`, `max-width` and `keyfile` the end says what it is.
    return whole or _first_known(reversed(words)) or _by_ending("".join(words))


def _by_names(names: Iterable[str]) -> ValueType | None:
    longest = max(names, key=len, default="")
    return _by_option(longest) if longest.startswith("--") else None


def _by_option(name: str) -> ValueType | None:
    """Guess from an option's name, where only the last word can stand for a file: not so in `--output-sync`."""
    named = _by_name(name.lstrip("-"))
    words = _words_of(name)
    if named not in _PATHS or len(words) == 1 or samples.is_file_name(name.lstrip("-")):
        return named
    return named if words[-1] in _BY_WORD or _by_ending(words[-1]) or "".join(words) in _BY_WORD else None


def _by_description(description: str) -> ValueType | None:
    return next((value_type for pattern, value_type in _DESCRIBED if pattern.search(description)), None)


def _by_default(default: str | None) -> ValueType | None:
    if default is None:
        return None
    if _INTEGER.fullmatch(default):
        return ValueType.INTEGER
    return ValueType.FLOAT if _FLOAT.fullmatch(default) else None


def _is_written(names: Iterable[str], description: str) -> bool:
    if any(_by_option(name) is ValueType.OUTPUT for name in names):
        return True
    return _by_description(description) is ValueType.OUTPUT


def _by_ending(word: str) -> ValueType | None:
    return next((value_type for ending, value_type in _ENDINGS.items() if word.endswith(ending)), None)


def _first_known(words: Iterable[str]) -> ValueType | None:
    return next((_BY_WORD[word] for word in words if word in _BY_WORD), None)


def _says_nothing(name: str) -> bool:
    return all(word in _SAYS_NOTHING for word in _words_of(name))


def _words_of(name: str) -> list[str]:
    return re.findall(r"[a-z]+\d*", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower())
