from __future__ import annotations

from collections.abc import Mapping

from shared.models.job import Selection
from shared.models.test_result import Status, TestResult
from tests.fakes.executor import Answer
from tests.unit.worker.analysis.asked import REFUSED, Frob
from worker.analysis.claims import CommandClaim, Reading
from worker.analysis.explore import Explorer, Known, NoLibrary

EVERYTHING = Selection()
ROOT = b"usage: frob [-h] COMMAND ...\n\nCommands:\n  add     Add it\n  remove  Remove it\n"


def page(path: str, option: str) -> bytes:
    return f"usage: frob {path} [-h] [{option}]\n\noptions:\n  {option}   does it\n".encode()


def explored(
    says: Mapping[str, Answer], otherwise: Answer = REFUSED, select: Selection = EVERYTHING, budget: int = 100
) -> tuple[Known, Frob]:
    frob = Frob(says, otherwise)
    return Explorer(frob.asker(budget), ["frob"], select).explore(), frob


def paths(root: Known) -> list[str]:
    return [" ".join(known.path) for known in root.walk()]


def options(root: Known) -> dict[str, list[str]]:
    return {
        " ".join(known.path): list(
            dict.fromkeys(name for reading in known.readings for claim in reading.options for name in claim.names)
        )
        for known in root.walk()
        if known.page
    }


def test_learns_commands_level_by_level() -> None:
    root, _ = explored(
        {
            "--help": ROOT,
            "add --help": page("add", "--fast"),
            "remove --help": b"usage: frob remove COMMAND\n\nCommands:\n  all   Remove all\n  one   Remove one\n",
            "remove all --help": page("remove all", "--now"),
            "remove one --help": page("remove one", "--which"),
        }
    )

    assert paths(root) == ["", "add", "remove", "remove all", "remove one"]
    assert "--now" in options(root)["remove all"]


def test_tries_one_door_after_the_other_and_then_stays_with_it() -> None:
    root, frob = explored(
        {
            "-h": (1, b"", ROOT),
            "add -h": (1, b"", page("add", "--fast")),
            "remove -h": (1, b"", page("remove", "--now")),
        }
    )

    assert paths(root) == ["", "add", "remove"]
    assert frob.asked[:2] == ["--help", "-h"]
    assert "add --help" not in frob.asked


def test_the_word_help_is_a_door_too() -> None:
    root, _ = explored({"help": ROOT, "help add": page("add", "--fast"), "help remove": page("remove", "--now")})

    assert "--fast" in options(root)["add"]


def test_calls_the_tool_without_a_word_only_when_nothing_else_helps() -> None:
    said = b"usage: frob [-q] FILE\n"
    root, frob = explored({"": (2, b"", said)})

    assert frob.asked == ["--help", "-h", "help", "-help", ""]
    assert root.page is not None
    assert root.page.argv == ()


def test_where_a_page_points_to_another_that_one_is_read() -> None:
    thin = b"usage: frob add [-h]\nRun 'frob help add' for details.\n"
    root, _ = explored({"--help": ROOT, "add --help": thin, "help add": page("add", "--fast")})

    assert "--fast" in options(root)["add"]


def test_a_manual_page_gives_way_to_a_short_help() -> None:
    manual = b"FROB-ADD(1)     Manual     FROB-ADD(1)\n\nNAME\n  add\n\nSYNOPSIS\n  frob add [-x]\n"
    root, _ = explored({"--help": ROOT, "add --help": manual, "add -h": (129, b"", page("add", "--fast"))})

    assert "--fast" in options(root)["add"]


def test_a_command_without_help_of_its_own_is_kept_where_the_list_calls_it_one() -> None:
    root, _ = explored({"--help": ROOT, "add --help": ROOT, "remove --help": ROOT}, otherwise=ROOT)

    assert paths(root) == ["", "add", "remove"]
    assert set(options(root)) == {""}


def test_a_word_that_is_refused_is_no_command() -> None:
    refused = (1, b"", b"frob: 'remove' is not a frob command. See 'frob --help'.\n")
    root, _ = explored({"--help": ROOT, "add --help": page("add", "--fast"), "remove --help": refused})

    assert paths(root) == ["", "add"]


def test_what_only_looks_like_a_command_must_prove_it() -> None:
    listed = b"usage: frob COMMAND\n\nwork on it\n   add    Add it\n   beads  are no command\n"
    says = {"--help": listed, "add --help": page("add", "--fast"), "beads --help": listed}
    root, _ = explored(says, otherwise=listed)

    assert paths(root) == ["", "add"]


def test_what_is_said_of_a_made_up_word_proves_nothing() -> None:
    def says(word: str) -> bytes:
        return f"usage: frob {word} FILE\n\noptions:\n  -x   for {word}\n".encode()

    listed = b"usage: frob COMMAND\n\nwork on it\n   beads  are no command\n   pearls are none\n"
    answers = {"--help": listed, **{f"{word} --help": says(word) for word in ("beads", "pearls", "xyzzy-plugh")}}
    root, _ = explored(answers)

    assert paths(root) == [""]


def test_lists_of_a_tool_without_commands_are_not_asked_about() -> None:
    listed = b"usage: frob FILE\n\nformats\n   json   as JSON\n   text   as text\n"
    _, frob = explored({"--help": listed})

    assert [asked for asked in frob.asked if "json" in asked] == []


def test_a_command_under_another_name_is_an_alias() -> None:
    same = page("add", "--fast")
    listed = b"usage: frob COMMAND\n\nCommands:\n  add     Add it\n  insert  Add it\n"
    root, _ = explored({"--help": listed, "add --help": same, "insert --help": same})

    assert paths(root) == ["", "add"]
    assert root.children[0].aliases == ["insert"]


def test_commands_that_share_a_page_are_two_where_it_names_both() -> None:
    both = b"usage: frob add [-h]\n   or: frob remove [-h]\n\noptions:\n  -x   does it\n"
    root, _ = explored({"--help": ROOT, "add --help": both, "remove --help": both})

    assert paths(root) == ["", "add", "remove"]


def test_commands_that_show_the_help_of_one_above_do_not_go_on_for_ever() -> None:
    middle = b"usage: frob add COMMAND\n\nCommands:\n  add   Again\n  more  More\n"
    root, _ = explored(
        {"--help": ROOT, "add --help": middle, "add add --help": ROOT, "add more --help": middle}, otherwise=middle
    )

    assert "add add add" not in paths(root)
    assert len(paths(root)) < 10


def test_asks_only_about_commands_that_are_looked_at() -> None:
    says = {"--help": ROOT, "add --help": page("add", "--fast"), "remove --help": page("remove", "--now")}

    only, frob = explored(says, select=Selection(only=("add",)))
    skipped, _ = explored(says, select=Selection(skip=("add",)))

    assert paths(only) == ["", "add"]
    assert not any("remove" in asked for asked in frob.asked)
    assert paths(skipped) == ["", "remove"]


def test_commands_beyond_the_budget_are_listed_and_no_more() -> None:
    says = {"--help": ROOT, "add --help": page("add", "--fast"), "remove --help": page("remove", "--now")}

    root, frob = explored(says, budget=4)

    assert len(frob.asked) == 4
    assert paths(root) == ["", "add", "remove"]
    assert set(options(root)) == {"", "add"}


def test_reads_all_of_a_help_that_shows_only_a_part_at_first() -> None:
    part = b"usage: frob [options]\n  -a   one\nUse '--help all' for all options.\n"
    whole = b"usage: frob [options]\n  -a   one\n  -b   two\n  -c   three\n"

    root, _ = explored({"--help": part, "--help all": whole})

    assert options(root)[""] == ["-a", "-b", "-c"]


def test_commands_that_are_named_only_when_a_word_is_refused_are_learned() -> None:
    refused = (
        2,
        b"",
        b"usage: frob COMMAND\nfrob: error: argument COMMAND: invalid choice: 'xyzzy-plugh' (choose from 'add', stow)",
    )

    root, _ = explored(
        {"--help": ROOT, "xyzzy-plugh": refused, "add --help": page("add", "--fast"), "stow -h": page("stow", "--dry")}
    )

    assert paths(root) == ["", "add", "remove", "stow"]
    assert "--dry" in options(root)["stow"]


def test_where_no_command_is_due_no_word_is_tried() -> None:
    _, frob = explored({"--help": b"usage: frob FILE\n\n  -v   Be verbose\n"})

    assert frob.asked == ["--help"]


def test_all_commands_are_read_from_the_list_that_the_help_points_to() -> None:
    short = ROOT + b"\n'frob help -a' lists available subcommands\n"
    whole = b"Ancillary Commands\n  add     Add it\n  stow    Put it away\n"

    root, _ = explored({"--help": short, "help -a": whole, "stow --help": page("stow", "--dry")})

    assert paths(root) == ["", "add", "remove", "stow"]


def test_a_list_of_bare_names_names_candidates() -> None:
    usage = b"Usage: frob [function [arguments]...]\n   or: frob --list\n\nFunctions:\n  add  Add it\n"
    says = {"--help": usage, "--list": b"add\nstow\nghost\n", "stow --help": page("stow", "--dry")}

    root, _ = explored(says, otherwise=(1, b"", b"ghost: applet not found\n"))

    assert "stow" in paths(root)
    assert "ghost" not in paths(root)


def test_the_help_of_the_command_that_is_called_by_default_is_its_own() -> None:
    listed = b"usage: frob COMMAND\n\nCommands:\n  add     Add it\n  stow    Put it away\n"
    root, _ = explored({"--help": listed, "add --help": page("add", "--fast")}, otherwise=page("stow", "--dry"))

    assert options(root)["stow"] == ["--dry", "-h"]
    assert "add" in paths(root)


def test_asking_for_help_is_a_command_where_it_has_options_of_its_own() -> None:
    says = {"--help": ROOT, "add --help": page("add", "--fast")}

    bare, _ = explored({**says, "help --help": page("help", "--help")})
    rich, _ = explored({**says, "help --help": page("help", "--guides")})

    assert "help" not in paths(bare)
    assert "--guides" in options(rich)["help"]


def test_a_command_that_does_not_end_is_not_asked_behind_another_door() -> None:
    waits = TestResult(call_digest="", status=Status.TIMEOUT_WALL)

    root, frob = explored({"--help": ROOT, "add --help": waits, "remove --help": page("remove", "--force")})

    assert paths(root) == ["", "add", "remove"]
    assert [asked for asked in frob.asked if "add" in asked.split()] == ["add --help"]


class Booklet(NoLibrary):
    """A manual that calls two words commands."""

    def about(self, path: tuple[str, ...]) -> tuple[Reading, ...]:
        claims = (CommandClaim("add", sure=True), CommandClaim("wax", sure=True))
        return () if path else (Reading(commands=claims, takes_command=True),)


def test_what_only_a_manual_calls_a_command_must_show_more_than_the_help_above() -> None:
    said = b"usage: frob [-h] COMMAND\n\noptions:\n  -h   help\n  -q   less\n"
    frob = Frob({"--help": said, "wax --help": said, "wax -h": said, "add --help": page("add", "--fast")}, REFUSED)

    root = Explorer(frob.asker(100), ["frob"], EVERYTHING, Booklet()).explore()

    assert paths(root) == ["", "add"]


def test_the_completions_that_a_tool_writes_are_read() -> None:
    listed = b"usage: frob COMMAND\n\nCommands:\n  add         Add it\n  completion  Write completions for a shell\n"
    written = b"#compdef frob\n_arguments '--hue=[colour]:hue:(red blue)' '--plain[no frills]'\n"
    says = {"--help": listed, "add --help": page("add", "--fast"), "completion zsh": written}

    root, frob = explored(says)

    assert "completion zsh" in frob.asked
    assert {"--hue", "--plain"} <= set(options(root)[""])
