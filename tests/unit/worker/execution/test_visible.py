from __future__ import annotations

import os
import shutil
import venv
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from shared.interfaces.executor import ToolNotExecutableError, ToolOutOfReachError
from tests.unit.worker.execution.test_elf import elf
from worker.execution.visible import View, is_too_much, known_homes, prefix_of, trace, view_of


def program(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def binary(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy("/bin/true", path)
    return path


def view(
    path: Path, *, search: Sequence[str | Path] = (), homes: Collection[Path] = (), is_named: bool = False
) -> View:
    folders = [*map(str, search), "/usr/bin", "/bin"]
    return view_of(str(path), folders, [str(home) for home in homes], is_named=is_named)


def test_a_tool_of_the_system_needs_nothing() -> None:
    seen = view(Path("/usr/bin/env"))
    assert (seen.binds, seen.links) == ((), ())
    assert seen.path == ("/usr/local/bin", "/usr/bin", "/bin")


def test_links_are_shown_step_by_step(tmp_path: Path) -> None:
    real = binary(tmp_path / "lib" / "frob-1.2")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "frob").symlink_to("../b/frob")
    (tmp_path / "b").symlink_to("c")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "frob").symlink_to(real)
    links, end = trace(str(tmp_path / "a" / "frob"))
    assert links == [
        (f"{tmp_path}/a/frob", "../b/frob"),
        (f"{tmp_path}/b", "c"),
        (f"{tmp_path}/c/frob", str(real)),
    ]
    assert end == str(real)
    seen = view(tmp_path / "a" / "frob")
    assert (seen.links, seen.binds, seen.real) == (tuple(links), (str(real),), str(real))


def test_a_program_in_bin_is_shown_with_its_prefix(tmp_path: Path) -> None:
    assert view(binary(tmp_path / "frob-1.2" / "bin" / "frob")).binds == (f"{tmp_path}/frob-1.2",)


def test_a_program_behind_a_shim_may_be_any_later(tmp_path: Path) -> None:
    shim = program(tmp_path / "manager" / "shims" / "frob")
    seen = view(shim, search=[tmp_path / "manager" / "shims", tmp_path / "manager" / "bin"], is_named=True)
    assert seen.binds == (f"{tmp_path}/manager",)
    assert seen.path[:2] == (f"{tmp_path}/manager/shims", f"{tmp_path}/manager/bin")
    assert not seen.is_known


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        ("/opt/frob/lib/exec/frob", "/opt/frob"),
        ("/opt/frob", None),
        ("/nix/store/abc-frob/bin/frob", "/nix/store"),
        ("/srv/app/node_modules/.bin/frob", "/srv/app/node_modules"),
        ("/srv/app/node_modules/a/node_modules/b/cli.js", "/srv/app/node_modules"),
        ("/srv/app/cli.js", None),
    ],
)
def test_installers_have_their_customs(path: str, prefix: str | None) -> None:
    assert prefix_of(path) == prefix


def test_no_home_is_ever_shown(tmp_path: Path) -> None:
    home = tmp_path / "home" / "ada"
    for tool in (binary(home / "bin" / "frob"), binary(home / ".local" / "bin" / "frob"), binary(home / "frob")):
        assert view(tool, homes=[home]).binds == (str(tool),)
    script = program(home / "frob.sh")
    assert view(script, homes=[home]).binds == (str(script),)
    assert view(program(home / "project" / "frob.sh"), homes=[home]).binds == (f"{home}/project",)
    above = program(tmp_path / "home" / "frob.sh")
    assert view(above, homes=[home]).binds == (str(above),)


@pytest.mark.parametrize(
    "folder",
    ["/", "/home", "/root", "/home/ada", "/var", "/var/lib", "/opt", "/etc/frob", "/run/frob", "/proc/1", "/tmp"],
)
def test_folders_of_the_machine_are_too_much(folder: str) -> None:
    assert is_too_much(folder, ["/root", "/home/ada"])


def test_the_homes_of_this_machine_are_known() -> None:
    homes = known_homes()
    assert str(Path.home()) in homes
    assert "/" not in homes
    assert not any(home.startswith("/usr/") for home in homes)


def test_what_runs_a_script_is_shown_too(tmp_path: Path) -> None:
    interpreter = binary(tmp_path / "lang" / "bin" / "lang")
    script = program(tmp_path / "scripts" / "frob", f"#!{interpreter} -x\n")
    seen = view(script)
    assert seen.binds == (f"{tmp_path}/lang", f"{tmp_path}/scripts")
    assert seen.interpreters == (str(interpreter),)


@pytest.mark.parametrize("line", ["#!/usr/bin/env lang", "#!/usr/bin/env -S A=b lang -x", "#! /usr/bin/env lang"])
def test_what_env_looks_for_is_shown_and_found_again(tmp_path: Path, line: str) -> None:
    interpreter = binary(tmp_path / "lang" / "bin" / "lang")
    seen = view(program(tmp_path / "scripts" / "frob", f"{line}\n"), search=[tmp_path / "lang" / "bin"])
    assert seen.interpreters == ("/usr/bin/env", str(interpreter))
    assert seen.binds == (f"{tmp_path}/lang", f"{tmp_path}/scripts")
    assert seen.path[0] == f"{tmp_path}/lang/bin"


def test_interpreters_of_interpreters_are_shown(tmp_path: Path) -> None:
    lang = binary(tmp_path / "lang" / "bin" / "lang")
    wrapper = program(tmp_path / "wrap" / "bin" / "wrapper", f"#!{lang}\n")
    assert view(program(tmp_path / "s" / "frob", f"#!{wrapper}\n")).binds == (
        f"{tmp_path}/lang",
        f"{tmp_path}/s",
        f"{tmp_path}/wrap",
    )


def test_the_long_first_line_of_an_installer_is_understood(tmp_path: Path) -> None:
    lang = binary(tmp_path / "with blank" / "bin" / "lang")
    script = program(tmp_path / "s" / "frob", f"#!/bin/sh\n'''exec' \"{lang}\" \"$0\" \"$@\"\n' '''\nprint()\n")
    assert f"{tmp_path}/with blank" in view(script).binds


def test_an_environment_is_shown_with_the_installation_below_it(tmp_path: Path) -> None:
    venv.create(tmp_path / "env", symlinks=True)
    tool = program(tmp_path / "env" / "bin" / "frob", f"#!{tmp_path}/env/bin/python\n")
    seen = view(tool)
    base = os.path.realpath(tmp_path / "env" / "bin" / "python")
    assert f"{tmp_path}/env" in seen.binds
    assert base.startswith(("/usr/", *seen.binds))
    assert seen.packages == (f"{tmp_path}/env",)


@pytest.mark.parametrize("way", ["pth", "record"])
def test_sources_that_are_worked_on_are_shown_where_they_lie(tmp_path: Path, way: str) -> None:
    venv.create(tmp_path / "env", symlinks=True)
    source = tmp_path / "project"
    source.mkdir()
    (packages,) = (tmp_path / "env").glob("lib/python*/site-packages")
    if way == "pth":
        (packages / "project.pth").write_text(f"{source}\nimport something\n/nowhere\n")
    else:
        (packages / "project-1.dist-info").mkdir()
        record = f'{{"url": "file://{source}", "dir_info": {{"editable": true}}}}'
        (packages / "project-1.dist-info" / "direct_url.json").write_text(record)
    seen = view(program(tmp_path / "env" / "bin" / "frob", f"#!{tmp_path}/env/bin/python\n"))
    assert str(source) in seen.binds
    assert str(source) in seen.packages


def test_an_environment_in_the_folder_that_is_worked_on_counts_as_well(tmp_path: Path) -> None:
    source = tmp_path / "project"
    venv.create(source / ".venv", symlinks=True)
    (packages,) = (source / ".venv").glob("lib/python*/site-packages")
    (packages / "project.pth").write_text(f"{source}\n")
    seen = view(program(source / ".venv" / "bin" / "frob", f"#!{source}/.venv/bin/python\n"))
    assert seen.packages == (str(source), f"{source}/.venv")


def test_what_a_user_installed_for_themselves_is_shown_without_their_home(tmp_path: Path) -> None:
    home = tmp_path / "ada"
    packages = home / ".local" / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    tool = program(home / ".local" / "bin" / "frob", "#!/usr/bin/env sh\n")
    seen = view(tool, homes=[home])
    assert seen.binds == (f"{home}/.local/bin", str(packages))
    assert seen.packages == (f"{home}/.local/bin", str(packages))
    assert seen.env == {"PYTHONUSERBASE": os.fsencode(home / ".local")}


def test_libraries_that_a_program_names_are_shown(tmp_path: Path) -> None:
    build = tmp_path / "build"
    build.mkdir()
    (build / "frob").write_bytes(elf(29, "$ORIGIN/libs", os.path.realpath("/bin/sh")))
    assert view(build / "frob").binds == (f"{build}/frob",)
    (build / "libs").mkdir()
    seen = view(build / "frob")
    assert seen.binds == (f"{build}/frob", f"{build}/libs")
    assert seen.libraries == (f"{build}/libs",)


def test_what_lies_around_a_script_may_be_loaded_by_it(tmp_path: Path) -> None:
    script = program(tmp_path / "project" / "frob")
    assert view(script).packages == (f"{tmp_path}/project",)
    assert view(script, homes=[tmp_path / "project"]).packages == (), "of a home nothing but the script is shown"
    installed = program(tmp_path / "frob-1.2" / "bin" / "frob")
    (tmp_path / "link").symlink_to(installed)
    assert view(tmp_path / "link").packages == (f"{tmp_path}/frob-1.2",)


def test_a_compiled_program_or_one_of_the_system_loads_nothing_of_its_neighbours(tmp_path: Path) -> None:
    assert view(binary(tmp_path / "frob-1.2" / "bin" / "frob")).packages == ()
    assert view(Path("/usr/bin/ldd")).packages == ()


def test_a_program_for_another_machine_is_told_before_any_call(tmp_path: Path) -> None:
    (tmp_path / "frob").write_bytes(elf(29, "", "/lib/ld-of-another-machine.so"))
    with pytest.raises(ToolNotExecutableError, match="ld-of-another-machine"):
        view(tmp_path / "frob")


def test_what_lies_where_nobody_may_look_is_out_of_reach() -> None:
    with pytest.raises(ToolOutOfReachError):
        view(Path("/proc/version"))
