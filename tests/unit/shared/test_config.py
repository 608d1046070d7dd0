"""Settings: where they come from, and what is said of mistyped ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.config import ConfigError, NoBrokerError, UnknownKeyError, load_settings, unknown_variables


def write(folder: Path, text: str, name: str = "testronaut.toml") -> Path:
    (folder / name).write_text(text)
    return folder


def test_defaults_hold_where_nothing_is_said(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert settings.database.url == "sqlite:///.testronaut/testronaut.db"
    assert settings.broker.url is None
    assert settings.worker.slot_count >= 1


def test_the_file_is_found_upward(tmp_path: Path) -> None:
    write(tmp_path, "[execution]\ntimeout_s = 3")
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert load_settings(deep).execution.timeout_s == 3


def test_the_own_file_wins_over_the_project_file_key_by_key(tmp_path: Path) -> None:
    write(tmp_path, "[tool.testronaut.execution]\ntimeout_s = 3\nmemory_mb = 64", "pyproject.toml")
    write(tmp_path, "[execution]\ntimeout_s = 4")
    execution = load_settings(tmp_path).execution
    assert (execution.timeout_s, execution.memory_mb) == (4, 64)


def test_the_environment_wins_over_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "[execution]\ntimeout_s = 3\nmemory_mb = 64")
    monkeypatch.setenv("TESTRONAUT_EXECUTION__TIMEOUT_S", "5")
    execution = load_settings(tmp_path).execution
    assert (execution.timeout_s, execution.memory_mb) == (5, 64)


def test_hints_for_several_tools_stand_in_a_list(tmp_path: Path) -> None:
    write(tmp_path, '[[tools]]\nname = "a"\nexamples = ["x y"]\n[[tools]]\nname = "b"')
    assert [hint.name for hint in load_settings(tmp_path).tools] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "\n[execution]\ntimeout_ss = 3",
            "testronaut.toml:3: unknown setting 'timeout_ss' in [execution]",
            "Near: timeout_s.",
        ),
        ("[executon]\ntimeout_s = 3", "testronaut.toml:1: unknown setting 'executon'", "Near: execution"),
        (
            '[[tools]]\nname = "a"\nexample = "x"',
            "testronaut.toml:3: unknown setting 'example' in [tools.0]",
            "Near: examples.",
        ),
        ("[execution]\nqqq = 3", "unknown setting 'qqq'", "Known: keep_every_s, memory_mb, sandbox, timeout_s."),
    ],
)
def test_an_unknown_setting_is_named_with_its_place_and_those_near(
    tmp_path: Path, text: str, message: str, hint: str
) -> None:
    with pytest.raises(UnknownKeyError) as caught:
        load_settings(write(tmp_path, text))
    assert message in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[execution]\ntimeout_s = -1",
            "testronaut.toml:2: timeout_s in [execution]: input should be greater than 0, got '-1'",
        ),
        ('[broker]\nurl = "http://x"', "the address of a broker begins with redis://"),
        ("[execution", "testronaut.toml: "),
        ('[log]\nlevel = "loud"', "testronaut.toml:2: level"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(write(tmp_path, text))
    assert message in caught.value.message


def test_a_bad_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTRONAUT_WORKER__SLOTS", "many")
    with pytest.raises(ConfigError, match="TESTRONAUT_WORKER__SLOTS"):
        load_settings(tmp_path)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "testronaut.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"testronaut\.toml cannot be read"):
        load_settings(tmp_path)


def test_a_queue_that_is_not_configured_is_explained(tmp_path: Path) -> None:
    with pytest.raises(NoBrokerError) as caught:
        load_settings(tmp_path).broker.address()
    assert "TESTRONAUT_BROKER__URL" in caught.value.hint


def test_variables_that_are_no_settings_are_named_with_those_near() -> None:
    environment = {"TESTRONAUT_EXECUTON__TIMEOUT_S": "1", "TESTRONAUT_DATABASE__URL": "x", "HOME": "/"}
    assert list(unknown_variables(environment)) == [
        ("TESTRONAUT_EXECUTON__TIMEOUT_S", ["TESTRONAUT_EXECUTION__TIMEOUT_S"])
    ]


def test_a_folder_that_cannot_be_looked_into_holds_no_settings() -> None:
    assert load_settings(Path("/", "x" * 300)) == load_settings(Path("/"))
