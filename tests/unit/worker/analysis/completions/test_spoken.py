"""Asking a tool for completions: the calls that are made, and what the answers say."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pytest

from shared.models.call import Call
from shared.models.cli_tool import Takes
from shared.models.test_result import Change, FileChange, Status, Stream, TestResult
from tests.unit.worker.analysis.asked import Frob, typed
from worker.analysis.asking import Answer
from worker.analysis.claims import Reading
from worker.analysis.completions.said import VAGUE, WRITTEN
from worker.analysis.completions.scripts import Speech
from worker.analysis.completions.spoken.choosing import candidates, choose, generators, read_generated
from worker.analysis.completions.spoken.protocol import Protocol
from worker.analysis.completions.spoken.protocols import (
    PROTOCOLS,
    Argcomplete,
    AutoComplete,
    Clap,
    Click,
    Cobra,
    CompLine,
    Helper,
    Kingpin,
    NewUrfave,
    Typer,
    Urfave,
    Yargs,
)

HELP = b"usage: frob [-q] FILE\n\noptions:\n  -q   say nothing\n"


def answered(said: bytes, code: int = 0) -> Callable[[Sequence[Call]], list[Answer | None]]:
    """Answer every call alike."""
    return Frob(lambda _: (code, said, b"")).asker().ask_all


def read(protocol: Protocol, *said: bytes, code: int = 0) -> Reading | None:
    """Read answers in the order of the protocol's calls."""
    answers = [answered(one, code)([call])[0] for one, call in zip(said, protocol.calls(()), strict=False)]
    return protocol.read(answers)


def options(reading: Reading | None) -> list[tuple[tuple[str, ...], str, Takes]]:
    assert reading is not None
    return [(claim.names, claim.description, claim.takes) for claim in reading.options]


def commands(reading: Reading | None) -> list[tuple[str, str, bool]]:
    assert reading is not None
    return [(claim.name, claim.summary, claim.sure) for claim in reading.commands]


def environment(call: Call) -> dict[str, str]:
    return {name: value.decode() for name, value in call.env.items()}


@pytest.mark.parametrize("protocols", PROTOCOLS.values())
def test_no_call_can_act_on_a_tool_that_does_not_speak(protocols: tuple[type[Protocol], ...]) -> None:
    for protocol in protocols:
        for call in protocol(["frob"]).calls(()):
            words = [word.decode() for word in call.argv if word]
            harmless = words[0] in {"--help", "__complete", "completion", "-", "--"} or words[0].startswith("--")
            assert harmless, words
            assert words[0] == "--help" or not call.env or any(word.startswith(("--", "completion")) for word in words)


@pytest.mark.parametrize("protocols", PROTOCOLS.values())
@pytest.mark.parametrize("said", [b"", HELP, b"\xff\x00\n\t:\n", b"frob: error: no\n", b":" * 5000])
def test_help_or_rubbish_is_no_answer_with_options(protocols: tuple[type[Protocol], ...], said: bytes) -> None:
    for protocol in protocols:
        assert choose(answered(said), [protocol(["frob"])]) is None or not protocol.answers_at_root


def test_cobra_gives_words_with_descriptions_and_a_directive() -> None:
    reading = read(
        Cobra(["frob"]),
        b"add\tadd a thread\n_activeHelp_ try it\nodd\n:4\n",
        b"--loom\twhich loom\n-l\twhich loom\n--loud\n:4\n",
    )

    assert commands(reading) == [("add", "add a thread", True), ("odd", "", False)]
    assert options(reading) == [(("-l", "--loom"), "which loom", Takes.NONE), (("--loud",), "", Takes.NONE)]
    assert [call.argv for call in Cobra(["frob"]).calls(["add"])] == [
        (b"__complete", b"add", b""),
        (b"__complete", b"add", b"-"),
    ]


def test_an_option_of_which_no_value_is_told_is_vague() -> None:
    reading = read(AutoComplete(["frob"]), b"add\n", b"--loom=\n-l\n", code=1)

    assert options(reading) == [(("--loom",), "", Takes.REQUIRED), (("-l",), "", Takes.NONE)]
    assert reading is not None
    assert [claim.confidence for claim in reading.options] == [WRITTEN, VAGUE]


def test_click_gives_triplets() -> None:
    protocol = Click(["./my-frob.sh"])
    reading = read(
        protocol, b"plain\nadd\nadd a thread\nfile\n\n_\n", b"plain\n-q\nsay nothing\nplain\n--quiet\nsay nothing\n"
    )

    assert commands(reading) == [("add", "add a thread", True)]
    assert options(reading) == [(("-q", "--quiet"), "say nothing", Takes.NONE)]
    call = protocol.call(["add", "-"])
    assert call.argv == (b"--help",)
    assert environment(call) == {
        "_MY_FROB_SH_COMPLETE": "zsh_complete",
        "COMP_WORDS": "my-frob.sh add -",
        "COMP_CWORD": "2",
    }


def test_typer_clap_and_yargs_give_a_word_a_line() -> None:
    for protocol, parting in ((Typer(["frob"]), b"\t"), (Clap(["frob"]), b"\t"), (Yargs(["frob"]), b":")):
        reading = read(
            protocol, b"add" + parting + b"add a thread\n", b"--loom" + parting + b"which\n-l" + parting + b"which\n"
        )

        assert commands(reading) == [("add", "add a thread", True)]
        assert options(reading) == [(("-l", "--loom"), "which", Takes.NONE)]
        assert all(call.argv[0] == b"--help" for call in protocol.calls(["add"]))


def test_argcomplete_answers_in_a_file() -> None:
    protocol = Argcomplete(["frob"])
    call = protocol.call(["-"])
    result = TestResult(
        call_digest=call.digest(),
        status=Status.OK,
        exit_code=0,
        stdout=Stream.of(b""),
        files=(
            FileChange(path=b"completions.txt", change=Change.CREATED, content=b"--loom\twhich loom\n-l\twhich loom"),
        ),
    )

    assert options(protocol.read([Answer(call, result)])) == [(("-l", "--loom"), "which loom", Takes.NONE)]
    assert environment(call)["COMP_LINE"] == "frob -"
    assert environment(call)["COMP_POINT"] == "6"


def test_helper_marks_options_that_take_a_value() -> None:
    reading = read(Helper(["frob"]), b"--quiet --tint= --no-quiet -- --no-tint\n")

    assert [(names, takes) for names, _, takes in options(reading)] == [
        (("--quiet",), Takes.NONE),
        (("--tint",), Takes.REQUIRED),
        (("--no-quiet",), Takes.NONE),
        (("--no-tint",), Takes.NONE),
    ]
    assert read(Helper(["frob"]), b"usage: frob --quiet\n") is None


def test_kingpin_urfave_and_others_are_asked_with_words_of_their_own() -> None:
    assert [typed(call) for call in Kingpin(["frob"]).calls(["add"])] == [
        "--completion-bash add",
        "--completion-bash add --",
    ]
    assert [typed(call) for call in Urfave(["frob"]).calls(["add"])] == [
        "add --generate-bash-completion",
        "add - --generate-bash-completion",
    ]
    assert typed(NewUrfave(["frob"]).call([])) == "--generate-shell-completion"
    assert typed(CompLine(["frob"]).call(["add", ""])) == "completion -- frob add "


COBRA_HELP = 'Weaves.\n\nCommands:\n  add  add one\n\nUse "frob [command] --help" for more information about it.\n'


@pytest.mark.parametrize(
    ("help_text", "speech"),
    [
        (COBRA_HELP, Speech.COBRA),
        ("Usage: frob [OPTIONS] COMMAND [ARGS]...\n\nOptions:\n  --help  Show this message and exit.\n", Speech.CLICK),
        (
            "Usage: frob [OPTIONS]\n\n  --show-completion  Show completion\n  --help  Show this message and exit.\n",
            Speech.TYPER,
        ),
        ("frob <cmd>\n\nOptions:\n  --loud  Be loud  [boolean] [default: false]\n", Speech.YARGS),
        ("NAME:\n   frob - weaves\n\nUSAGE:\n   frob [global options]\n", Speech.URFAVE),
        ("usage: frob [<flags>]\n\nFlags:\n  --help  Show context-sensitive help.\n", Speech.KINGPIN),
        ("usage: frob [-h]\n\noptions:\n  -h, --help  show this help message and exit\n", Speech.ARGCOMPLETE),
        ("Weaves\n\nUsage: frob [OPTIONS]\n\nOptions:\n  -q\n  -h, --help     Print help\n", Speech.CLAP),
    ],
)
def test_knows_by_its_help_what_a_tool_may_speak(help_text: str, speech: Speech) -> None:
    assert candidates(["frob"], help_text)[0].speech is speech


def test_what_a_script_speaks_comes_first_and_there_are_two_at_most() -> None:
    found = candidates(
        ["frob"], COBRA_HELP, ["completion"], ["COMP_CWORD=$C FROB_AUTO_COMPLETE=1 $1", "_ARGCOMPLETE=1"]
    )

    assert [protocol.speech for protocol in found] == [Speech.AUTO_COMPLETE, Speech.ARGCOMPLETE]


def test_a_tool_of_no_known_look_is_left_alone() -> None:
    assert candidates(["frob"], HELP.decode()) == ()
    assert [one.speech for one in candidates(["frob"], HELP.decode(), ["completion"])] == [Speech.COMP_LINE]


def test_chooses_the_protocol_that_offers_an_option() -> None:
    frob = Frob({"__complete ": b"add\tadd one\n:4\n", "__complete -": b"--loom\twhich\n:4\n"})

    found = choose(frob.asker().ask_all, (Click(["frob"]), Cobra(["frob"])))

    assert isinstance(found, Cobra)
    assert frob.asked == ["--help", "--help", "__complete ", "__complete -"]


@pytest.mark.parametrize(
    ("help_text", "commands", "command_help", "expected"),
    [
        ("", ["completion"], "", ["completion zsh", "completion fish"]),
        ("", ["completions"], "  --shell SHELL", ["completions --shell zsh", "completions --shell fish"]),
        ("", ["completion"], "  --bash\n  --fish  for fish", ["completion --fish"]),
        ("  --generate=KIND  man, complete-bash, complete-zsh", [], "", ["--generate complete-zsh"]),
        ("  --print-completion SHELL", [], "", ["--print-completion zsh", "--print-completion fish"]),
        (
            "  --completion-script-bash\n  --completion-script-zsh",
            [],
            "",
            ["--completion-script-zsh", "--completion-script-bash"],
        ),
        ("  --no-completions  do without", ["complete"], "", []),
        ("see frob completion", ["add"], "", []),
    ],
)
def test_has_a_completion_written_only_in_a_way_that_help_names(
    help_text: str, commands: list[str], command_help: str, expected: list[str]
) -> None:
    assert [typed(call) for call in generators(help_text, commands, command_help)] == expected


def test_reads_what_the_tool_wrote_and_what_it_says_of_asking() -> None:
    script = b"complete -c frob -l loom -r\ncomplete -c frob -l loud\n"
    said = read_generated(["frob"], answered(script)([Call(argv=(b"completion", b"fish"))]))
    asks = read_generated(["frob"], answered(b"#compdef frob\n_f() { frob __complete $words }\n")([Call()]))

    assert [(claim.names, claim.confidence) for claim in said.readings[()].options] == [
        (("--loom",), WRITTEN),
        (("--loud",), WRITTEN),
    ]
    assert said.speech is None
    assert (asks.readings, asks.speech) == ({}, Speech.COBRA)
    assert read_generated(["frob"], [None]).readings == {}


@pytest.mark.parametrize(
    "help_text",
    [
        ("Usage: " + "a" * 300 + "\n") * 650,
        ("Usage: " + " [OPTIONS]" * 22 + "\n") * 950,
        "NAME:\n" * 33_000,
        "Usage: frob\n" + ("  -h, --help\n" + " " * 3900 + "\n") * 50,
        " " * 200_000,
        "[string] [" * 20_000,
    ],
    ids=["usages", "options", "names", "blanks", "blank", "types"],
)
def test_no_help_takes_long_to_look_through(help_text: str) -> None:
    begun = time.process_time()

    candidates(["frob"], help_text)
    generators(help_text)

    assert time.process_time() - begun < 2
