"""The rows of a job, walked along their relationships in both directions."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from shared.models.blob import BlobRow
from shared.models.cli_tool import CliTool, CliToolRow, Command
from shared.models.job import JobRow
from shared.models.test_plan import TestCaseRow
from shared.models.test_result import TestResultRow
from shared.models.work import AttemptRow, ItemId, WorkItemRow
from shared.store.session import Transaction
from tests.world import SPEC, World


def test_a_job_leads_to_all_that_belongs_to_it_and_back(world: World) -> None:
    job_id = world.submit()
    world.run_to_the_end()

    def walk(tx: Transaction) -> None:
        job = tx.session.get_one(JobRow, job_id)
        assert job.tool is not None
        assert job in job.tool.jobs
        assert job.plan is not None
        assert job.plan.job is job
        assert len(job.plan.cases) == SPEC.max_cases
        assert job.plan.cases[0].plan is job.plan
        assert len(job.results) > SPEC.max_cases
        assert job.results[0].job is job
        assert len(job.verdicts) == SPEC.max_cases
        assert job.verdicts[0].job is job
        assert [finding.job for finding in job.findings] == [job]
        assert job.report is not None
        assert job.report.job is job
        assert {item.job.id for item in job.items} == {job_id}
        assert {attempt.item.id for item in job.items for attempt in item.attempts} == {item.id for item in job.items}

    world.store.read(walk)


def test_commands_are_a_tree(world: World) -> None:
    paths = ("", "remote", "remote add", "remote add x", "show")
    tool = CliTool(name="t", argv=(b"t",), fingerprint="f", commands={path: Command(path=path) for path in paths})
    job_id = world.submit()
    world.store.write(lambda tx: tx.tools.put(job_id, tool))

    def walk(tx: Transaction) -> None:
        row = tx.session.exec(select(CliToolRow)).one()
        by_path = {command.path: command for command in row.commands}
        assert set(by_path) == set(paths)
        assert [child.path for child in by_path[""].children] == ["remote", "show"]
        parent = by_path["remote add x"].parent
        assert parent is not None
        assert parent.path == "remote add"
        assert parent.tool is row
        assert by_path[""].parent is None

    world.store.read(walk)
    assert world.store.read(lambda tx: tx.tools.get(job_id)) == tool


def test_what_two_jobs_learn_alike_is_kept_once(world: World) -> None:
    for _ in range(2):
        world.submit()
    world.run_to_the_end()
    assert world.store.read(lambda tx: len(tx.session.exec(select(CliToolRow)).all())) == 1


def test_an_orphan_is_refused(world: World) -> None:
    def add(tx: Transaction) -> None:
        tx.session.add(AttemptRow(item_id=ItemId(4711), fence=1, owner="nobody", started_at=world.clock.now()))

    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        world.store.write(add)


def test_what_belongs_to_a_job_goes_with_it(world: World) -> None:
    job_id = world.submit()
    world.run_to_the_end()
    world.store.write(lambda tx: tx.session.delete(tx.session.get_one(JobRow, job_id)))

    def count(tx: Transaction) -> int:
        kinds = (TestCaseRow, TestResultRow, WorkItemRow, AttemptRow)
        return sum(len(tx.session.exec(select(kind)).all()) for kind in kinds)

    assert world.store.read(count) == 0


def test_a_word_outside_of_its_enum_is_refused_by_the_database(world: World) -> None:
    world.submit()

    def spoil(tx: Transaction) -> None:
        tx.session.connection().exec_driver_sql("UPDATE job SET state = 'sleeping'")

    with pytest.raises(IntegrityError, match="CHECK"):
        world.store.write(spoil)


def test_a_blob_is_kept_once(world: World) -> None:
    first = world.store.write(lambda tx: tx.blobs.put(b"content"))
    assert world.store.write(lambda tx: tx.blobs.put(b"content")) == first
    assert world.store.read(lambda tx: len(tx.session.exec(select(BlobRow)).all())) == 1
    assert world.store.read(lambda tx: tx.blobs.get(first.blob)) == b"content"
