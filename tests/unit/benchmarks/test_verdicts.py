"""What benchmarks call well, and what they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.backends import BACKENDS, backend
from benchmarks.caller import Made
from benchmarks.calling import Held
from benchmarks.execution import Goal, Pick, _show
from benchmarks.hanging import ENDS_BY_ITSELF, WAYS
from benchmarks.host import canary_home, contents, difference
from benchmarks.processes import Memory
from benchmarks.random_tools import pick
from benchmarks.rounds import NotHereError
from benchmarks.soak import KINDS, Sample, Soak
from benchmarks.tables import table
from benchmarks.timeouts import Outcome


def held(ours_mib: int = 90, sandbox_mib: int = 10, processes: int = 2, descriptors: int = 9, mounts: int = 20) -> Held:
    ours, sandbox = (Memory(size << 20, None) for size in (ours_mib, sandbox_mib))
    return Held(ours, sandbox, processes, descriptors, mounts)


def soak(late: Held) -> Soak:
    return Soak([Sample(100 * number, number, held() if number < 7 else late) for number in range(1, 11)])


class TestSoak:
    def test_what_stays_as_it_was_is_well(self) -> None:
        assert list(soak(held(ours_mib=98)).problems()) == []

    @pytest.mark.parametrize(
        ("late", "told"),
        [
            (held(ours_mib=100), "memory of ours: 90.0 MiB early, 100.0 MiB late: not flat"),
            (held(sandbox_mib=21), "memory of all: 100.0 MiB early, 111.0 MiB late: not flat"),
            (held(processes=3), "processes: at most 2 early, 3 late"),
            (held(descriptors=10), "descriptors: at most 9 early, 10 late"),
            (held(mounts=21), "mounts: at most 20 early, 21 late"),
        ],
    )
    def test_what_grows_is_named(self, late: Held, told: str) -> None:
        assert list(soak(late).problems()) == [told]

    def test_calls_that_ended_otherwise_and_processes_that_stayed_are_named(self) -> None:
        found = soak(held())
        found.wrong["trivial ended as sandbox_error, not ok"] += 2
        found.left = ["sleep 600"]
        assert list(found.problems()) == [
            "2 of the calls: trivial ended as sandbox_error, not ok",
            "left over: sleep 600",
        ]

    def test_its_kinds_make_a_thousand(self) -> None:
        assert sum(kind.share for kind in KINDS) == 1000


class TestTimeouts:
    def test_a_call_that_did_not_hang_is_wrong(self) -> None:
        made = [
            ("sleeps", Made(answered_ms=310, status="timeout_wall")),
            ("computes", Made(answered_ms=5, status="ok")),
        ]
        assert Outcome(made, held(), held(), []).wrong == ["computes: ok"]

    def test_a_child_that_held_the_output_must_have_been_seen(self) -> None:
        (way,) = ENDS_BY_ITSELF
        seen, unseen = (Made(answered_ms=5, status="ok", leftovers=count) for count in (1, 0))
        assert Outcome([(way, seen), (way, unseen)], held(), held(), []).wrong == [f"{way}: ok"]

    def test_what_is_more_than_before_has_leaked(self) -> None:
        assert Outcome([], held(), held(descriptors=8, mounts=22), []).leaks == ["mounts: 20 before, 22 after"]

    def test_there_are_ten_ways(self) -> None:
        assert len(WAYS) == 10
        assert set(WAYS) >= ENDS_BY_ITSELF


class TestGoals:
    def test_a_goal_is_reached_missed_or_not_measured(self) -> None:
        def missing(_: Pick) -> float:
            raise NotHereError("not installed")

        goals = [
            Goal("a", lambda _: 2.0, 2.0),
            Goal("b", lambda _: 2.1, 2.0),
            Goal("c", lambda _: 9.0, 10.0, is_most=False),
            Goal("d", missing, 1.0),
        ]
        lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in _show(goals).splitlines()[2:]]
        assert lines == [
            ["a", "2", "", "2.00", "2.00", "yes"],
            ["b", "2", "", "2.10", "2.10", "no"],
            ["c", "", "10", "9.00", "9.00", "no"],
            ["d", "1", "", "-", "-", "-"],
        ]


class TestBackends:
    def test_each_says_the_same_to_the_command_line(self) -> None:
        assert backend("bubblewrap fresh").options == ["--sandbox", "bubblewrap", "--isolation", "fresh"]

    def test_names_are_unique(self) -> None:
        assert len({one.name for one in BACKENDS}) == len(BACKENDS)

    def test_an_unknown_one_is_refused_with_those_that_are_known(self) -> None:
        with pytest.raises(NotHereError, match="bubblewrap"):
            backend("balsa")


class TestRandomTools:
    def test_the_same_seed_picks_the_same_and_what_tests_name_is_left_out(self, tmp_path: Path) -> None:
        # Put together, so that these names stand nowhere in our tests.
        names = [f"zz{number}-nameless" for number in range(20)]
        for name in (*names, "frob", "plain.sh"):
            (tmp_path / name).touch(mode=0o755)
        (tmp_path / f"zz{99}-nameless").touch(mode=0o644)
        picked = pick(tmp_path, 5, seed=1)
        assert picked == pick(tmp_path, 5, seed=1) != pick(tmp_path, 5, seed=2)
        assert {path.name for path in pick(tmp_path, 100, seed=1)} == set(names)

    def test_a_change_in_the_home_is_seen(self, tmp_path: Path) -> None:
        home = canary_home(tmp_path)
        before = contents(home)
        (home / ".bashrc").write_text("touched")
        (home / "documents" / "letter.txt").unlink()
        (home / "new").touch()
        assert difference(before, contents(home)) == [
            f"+ {home}/new",
            f"- {home}/documents/letter.txt",
            f"~ {home}/.bashrc",
        ]


def test_a_table_is_as_wide_as_it_must_be() -> None:
    assert table(("name", "ms"), [("a", "1.5"), ("longer", "10")]) == (
        "| name   |  ms |\n| ------ | --: |\n| a      | 1.5 |\n| longer |  10 |"
    )
