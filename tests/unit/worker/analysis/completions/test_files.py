"""Completion files beside a tool, and what is never opened."""

from __future__ import annotations

import os
from pathlib import Path

from worker.analysis.completions.files import find_completions, read_files
from worker.analysis.completions.said import SHIPPED
from worker.analysis.completions.scripts import Shell


def lay(root: Path, *paths: str, text: str = "complete -c frob -l loud\n") -> Path:
    """Lay a program and files around it; give the program's path."""
    for path in ("bin/frob", *paths):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root / "bin" / "frob"


def test_finds_what_lies_below_the_folder_of_the_tool(tmp_path: Path) -> None:
    program = lay(
        tmp_path,
        "share/zsh/site-functions/_frob",
        "share/fish/vendor_completions.d/frob.fish",
        "share/bash-completion/completions/frob",
        "share/fish/vendor_completions.d/other.fish",
    )

    found = find_completions(str(program), ["frob"], system=())

    assert [file.shell for file in found] == [Shell.ZSH, Shell.FISH, Shell.BASH]


def test_leaves_out_what_came_with_a_shell(tmp_path: Path) -> None:
    program = lay(tmp_path, "share/fish/completions/frob.fish", "share/zsh/functions/Completion/Unix/_frob")

    assert find_completions(str(program), ["frob"], system=()) == []


def test_finds_what_a_system_has_for_the_name(tmp_path: Path) -> None:
    lay(tmp_path, "share/fish/vendor_completions.d/frob.fish")

    found = find_completions("/nowhere/frob", ["/nowhere/frob", "sub"], system=[tmp_path])

    assert [file.path for file in found] == [tmp_path / "share/fish/vendor_completions.d/frob.fish"]


def test_follows_a_link_into_the_package_of_the_tool(tmp_path: Path) -> None:
    package = tmp_path / "lib" / "node_modules" / "frob"
    lay(package, "package.json", "completions/frob.fish", "completions/unrelated.fish")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "frob").symlink_to(package / "bin" / "frob")

    found = find_completions(str(tmp_path / "bin" / "frob"), ["frob"], system=())

    assert [file.path.name for file in found] == ["frob.fish"]


def test_finds_files_of_a_python_package(tmp_path: Path) -> None:
    program = lay(tmp_path, "lib/python3.12/site-packages/frob/completion/completion.fish")

    assert [file.shell for file in find_completions(str(program), ["frob"], system=())] == [Shell.FISH]


def test_finds_nothing_beside_a_program_where_everybody_may_write(tmp_path: Path) -> None:
    root = tmp_path / "open"
    lay(root, "share/fish/vendor_completions.d/frob.fish", "lib/python3.12/site-packages/frob/completion.fish")
    lay(root, "package.json", "completions/frob.bash", "tool/frob", "tool/completions/frob.zsh")
    programs = ("bin/frob", "tool/frob", "frob")
    (root / "frob").write_text("")

    def found() -> list[set[str]]:
        every = (find_completions(str(root / program), ["frob"], system=()) for program in programs)
        return [{file.path.name for file in files} for files in every]

    assert found() == [{"frob.fish", "completion.fish", "frob.bash"}, {"frob.zsh", "frob.bash"}, {"frob.bash"}]
    root.chmod(0o1777)
    assert found() == [set(), {"frob.zsh"}, set()]
    (root / "tool").chmod(0o1777)
    (root / "bin").chmod(0o1777)
    root.chmod(0o755)
    assert found() == [set(), set(), {"frob.bash"}]


def test_looks_for_the_longer_name_behind_a_link(tmp_path: Path) -> None:
    lay(tmp_path, "share/fish/vendor_completions.d/frob.fish", "share/fish/vendor_completions.d/box.fish")
    (tmp_path / "bin" / "frobfind").symlink_to(tmp_path / "bin" / "frob")
    (tmp_path / "bin" / "box-applet").write_text("")
    (tmp_path / "bin" / "tar").symlink_to(tmp_path / "bin" / "box-applet")

    assert [file.program for file in find_completions(str(tmp_path / "bin" / "frobfind"), ["frobfind"], ())] == ["frob"]
    assert find_completions(str(tmp_path / "bin" / "tar"), ["tar"], ()) == []


def test_opens_nothing_but_regular_files_of_some_size(tmp_path: Path) -> None:
    program = lay(tmp_path)
    folder = tmp_path / "share" / "fish" / "vendor_completions.d"
    folder.mkdir(parents=True)
    os.mkfifo(folder / "frob.fish")
    zsh = tmp_path / "share" / "zsh" / "site-functions"
    zsh.mkdir(parents=True)
    with (zsh / "_frob").open("wb") as file:
        file.truncate(3_000_000)
    (tmp_path / "share" / "bash-completion" / "completions" / "frob").mkdir(parents=True)

    assert find_completions(str(program), ["frob"], system=()) == []


def test_reads_a_file_once_however_many_names_it_has(tmp_path: Path) -> None:
    program = lay(tmp_path, "share/bash-completion/completions/frob")
    (tmp_path / "share/bash-completion/completions/_frob").hardlink_to(
        tmp_path / "share/bash-completion/completions/frob"
    )

    assert len(find_completions(str(program), ["frob"], system=())) == 1


def test_a_name_that_is_a_pattern_or_a_path_finds_nothing(tmp_path: Path) -> None:
    lay(tmp_path, "share/fish/vendor_completions.d/frob.fish")

    for name in ("*", "..", "", "-c", "fro[b]"):
        assert find_completions("", [name], system=[tmp_path]) == []


def test_puts_what_files_say_together_and_believes_the_first_of_them(tmp_path: Path) -> None:
    program = lay(tmp_path)
    fish = "complete -c frob -n __fish_use_subcommand -a add -d 'add one'\ncomplete -c frob -l loom -r\n"
    zsh = "#compdef frob\n_arguments '--loom=[which]:loom:(a b)' '1:command:((add\\:another drop\\:less))'\n"
    lay(tmp_path, "share/fish/vendor_completions.d/frob.fish", text=fish)
    lay(tmp_path, "share/zsh/site-functions/_frob", text=zsh)

    reading = read_files(find_completions(str(program), ["frob"], system=()))[()]

    assert [(claim.name, claim.summary, claim.sure) for claim in reading.commands] == [
        ("add", "another", True),
        ("drop", "less", True),
    ]
    assert [(claim.choices, claim.confidence) for claim in reading.options] == [
        (("a", "b"), SHIPPED),
        (None, SHIPPED),
    ]
