from __future__ import annotations

import pytest

from worker.analysis.completions.fish import read_fish

VAGUE, NOT_YET = "__fish_no_arguments", "not __fish_seen_subcommand_from add"


@pytest.mark.parametrize("condition", [f"{VAGUE}; and {NOT_YET}", f"{NOT_YET}; and {VAGUE}"])
def test_what_is_offered_under_a_vague_condition_is_no_command_in_whichever_order_it_is_put(condition: str) -> None:
    script = f"complete -c frob -n '{condition}' -f -a add -d 'Add it'\ncomplete -c frob -l fast\n"

    found = read_fish(script, "frob")

    assert found[()].commands == ()


def test_what_is_offered_as_long_as_it_is_not_there_is_a_command() -> None:
    found = read_fish(f"complete -c frob -n '{NOT_YET}' -f -a add -d 'Add it'\n", "frob")

    assert [claim.name for claim in found[()].commands] == ["add"]
