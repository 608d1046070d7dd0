from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.analysis.dialects.notes import Notes, read_notes


@pytest.mark.parametrize(
    ("description", "default"),
    [
        ("Columns [default: 80]", "80"),
        ("Columns (default: 80)", "80"),
        ("Columns (default 80)", "80"),
        ("Columns (default=80)", "80"),
        ("Columns (default = 80)", "80"),
        ("Where to look [default: .]", "."),
        ("The level [default: info; required]", "info"),
        ('The file (default "$HOME/.frob.yaml")', "$HOME/.frob.yaml"),
        ("How many, default is 3", "3"),
        ("How many. Defaults to 'auto'.", "auto"),
        ("minutes, -1 is for ever (default: -1)", "-1"),
        ("patterns match at the start (default)", None),
        ("by default all of them", None),
        ("(default: the current folder)", None),
        ("(default: None)", None),
        ("", None),
    ],
)
def test_reads_the_default(description: str, default: str | None) -> None:
    assert read_notes(description).default == default


@pytest.mark.parametrize(
    ("description", "choices"),
    [
        ("Colour [possible values: auto, always, never]", ("auto", "always", "never")),
        ('Shade (choices: "dark", "light")', ("dark", "light")),
        ("Shade <options: dark|light>", ("dark", "light")),
        ("Output format. One of: (json, yaml, wide).", ("json", "yaml", "wide")),
        ("Output format (json|yaml)", ("json", "yaml")),
        ('Level ("low"|"high") (default "low")', ("low", "high")),
        ('Level ("low", "high")', ("low", "high")),
        ("WHEN is 'always', 'never', or 'auto'", ("always", "never", "auto")),
        ("must be one of: none, client, server", ("none", "client", "server")),
        ("One of green, black or white", ("green", "black", "white")),
        ("kind of lace (one of: silk, cotton)", ("silk", "cotton")),
        ("Allowed values: a, b", ("a", "b")),
        ("one of the levels of the house", None),
        ("formats such as (json, yaml)", None),
        ("one of: json, yaml, ...", None),
        ("for example 'a', 'b', or 'c' etc.", None),
        ("a mapping from kind to one of: a, b", None),
        ("size of X (see below)", None),
    ],
)
def test_reads_a_closed_list_of_choices(description: str, choices: tuple[str, ...] | None) -> None:
    found = read_notes(description).choices

    assert (found.words if found else None) == choices


def test_reads_choices_below_each_other() -> None:
    lines = ["The shape", "Possible values:", "- round: like a ball", "- flat:  like a coin,", "and not a ball", "- no"]

    found = read_notes(" ".join(lines), lines).choices

    assert found is not None
    assert found.words == ("round", "flat", "no")


@pytest.mark.parametrize(
    ("description", "variable"),
    [
        ("How coarse [env: POLISH_GRIT=]", "POLISH_GRIT"),
        ("Rope [env var: HOIST_ROPE]", "HOIST_ROPE"),
        ("Size [env var: DEPOT_SIZE; default: small]", "DEPOT_SIZE"),
        ("Loom (env: WEAVE_LOOM)", "WEAVE_LOOM"),
        ("Token [$FROB_TOKEN]", "FROB_TOKEN"),
        ("read from the environment: see below", None),
    ],
)
def test_reads_the_variable(description: str, variable: str | None) -> None:
    assert read_notes(description).env_var == variable


@pytest.mark.parametrize(
    "description",
    [
        "may be given multiple times",
        "Can be repeated.",
        "can be specified more than once",
        "(can be used several times)",
        "Give more output. Option is additive.",
        "can be repeated to say more",
    ],
)
def test_reads_that_an_option_may_stand_again(description: str) -> None:
    assert read_notes(description).repeatable


@pytest.mark.parametrize("description", ["Where to [required]", "(required) Where to", "[env var: X; required]"])
def test_reads_that_an_option_must_stand(description: str) -> None:
    assert read_notes(description).required


@pytest.mark.parametrize(
    ("description", "deprecated"),
    [
        ("(Deprecated) use --x", True),
        ("[deprecated] use --x", True),
        ("Deprecated: use --x", True),
        ("DEPRECATED, use --x", True),
        ("This option is deprecated.", True),
        ("Bend rods. This flag has been deprecated since 2.0.", True),
        ("Does nothing and is deprecated.", True),
        ("Bends. The old name of this option is --bend; this name is deprecated.", False),
        ("That form is no longer read (and has been deprecated since 2005). Use -bend /by instead.", False),
        ("The option --fold is deprecated, use this one.", False),
        ("Warn about deprecated calls", False),
        ("Show what is new", False),
    ],
)
def test_reads_that_an_option_is_on_its_way_out(description: str, *, deprecated: bool) -> None:
    assert read_notes(description).deprecated is deprecated


@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=5))
def test_reads_any_description(description: str, lines: list[str]) -> None:
    assert isinstance(read_notes(description, lines), Notes)
