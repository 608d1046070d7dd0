"""Scripts of bash and zsh, taken apart without running them."""

from __future__ import annotations

from worker.analysis.completions.script import Assign, Case, Function, If, Simple, functions_of, parse_script
from worker.analysis.completions.shell import UNKNOWN, alternatives, tokens_of


def words(text: str) -> list[str]:
    """Give the words of a script; marks are left out."""
    return [token.text for token in tokens_of(text) if not token.is_mark]


def test_takes_quotes_off() -> None:
    assert words("""'it'\\''s' "a \\"b\\"" $'one\\ttwo' plain\\ word""") == ["it's", 'a "b"', "one\ttwo", "plain word"]


def test_what_only_a_shell_knows_is_one_character() -> None:
    assert words('$x ${y:-"}"} "$(frob "(")" `frob` a$b') == [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, f"a{UNKNOWN}"]


def test_comments_and_here_documents_are_no_words() -> None:
    assert words("one # don't\ncat <<END two\nit's here\nEND\nthree") == ["one", "cat", "two", "three"]


def test_a_quote_that_is_never_closed_takes_the_rest() -> None:
    assert words("one 'two three\nfour") == ["one", "two three\nfour"]


def test_writes_braces_out_where_they_are_not_quoted() -> None:
    (token,) = tokens_of("--{color,colour}'={a,b}'")

    assert alternatives(token.text) == ["--color={a,b}", "--colour={a,b}"]


def test_counts_lines_in_front_of_a_word() -> None:
    assert [token.line for token in tokens_of("one\n'two\n' three\\\n four") if not token.is_mark] == [1, 2, 3, 4]


def test_names_the_variable_that_a_word_is() -> None:
    tokens = tokens_of('$x "${y[@]}" ${(@)z} $x-')

    assert [token.variable for token in tokens] == ["x", "y", "z", None]


def test_reads_the_outline_of_a_script() -> None:
    nodes = parse_script(
        """
        frob () {
          local -a list=(one two)
          list+=( three )
          case $words[1] in
            (add|put) tell add ;;
            drop) tell drop
          esac
          if [[ $x == y ]]; then tell yes; else tell no; fi
        }
        """
    )

    (frob,) = nodes
    assert isinstance(frob, Function)
    first, second, third, case, branch = frob.body
    assert isinstance(first, Assign)
    assert [token.text for token in first.words] == ["one", "two"]
    assert isinstance(second, Simple)
    assert isinstance(third, Assign)
    assert third.appends
    assert isinstance(case, Case)
    assert [[label.text for label in one.labels] for one in case.branches] == [["add", "put"], ["drop"]]
    assert isinstance(branch, If)
    assert [one.condition for one in branch.branches] == ["[[ $x == y ]]", ""]


def test_what_hangs_on_the_command_before_says_so() -> None:
    nodes = parse_script("[[ $x ]] && list=(one)\nlist=(two)")

    assert [node.is_conditional for node in nodes if isinstance(node, Assign)] == [True, False]


def test_finds_functions_inside_functions() -> None:
    assert set(functions_of(parse_script("one() { two() { tell; }; }\nfunction three { tell; }"))) == {
        "one",
        "two",
        "three",
    }
