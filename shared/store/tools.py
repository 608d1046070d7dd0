"""Interfaces that jobs have learned: a row for the tool, one for each of its commands."""

from __future__ import annotations

from sqlmodel import col, select, update

from shared.models.cli_tool import CliTool, CliToolRow, CommandRow, ToolHead
from shared.models.job import JobId, JobRow
from shared.store.rows import Rows
from shared.utils.errors import TestronautError


class NothingLearnedError(TestronautError):
    """The job has not learned its tool's interface yet."""

    code = "job.nothing_learned"
    hint = "Wait until its analysis has ended: testronaut watch"


class Tools(Rows):
    """An interface is kept once, whichever jobs learned it."""

    def put(self, job_id: JobId, tool: CliTool) -> None:
        """Store what a job learned, in place of what it knew."""
        tool_id = self._id_of(tool)
        self.session.exec(update(JobRow).where(col(JobRow.id) == job_id).values(tool_id=tool_id))

    def get(self, job_id: JobId) -> CliTool:
        """Give what a job learned.

        Raises:
            NothingLearnedError: nothing yet.

        """
        tool = self.find(job_id)
        if tool is None:
            raise NothingLearnedError(f"job {job_id} knows no interface yet")
        return tool

    def find(self, job_id: JobId) -> CliTool | None:
        """Give what a job learned, None while it has learned nothing."""
        query = select(CliToolRow).join(JobRow, col(JobRow.tool_id) == col(CliToolRow.id)).where(JobRow.id == job_id)
        row = self.session.exec(query).first()
        if row is None:
            return None
        commands = self.session.exec(
            select(col(CommandRow.body)).where(CommandRow.tool_id == row.id).order_by(col(CommandRow.id))
        )
        return CliTool(**dict(row.body), commands={command.path: command for command in commands})

    def _id_of(self, tool: CliTool) -> int:
        digest = tool.digest()
        head = ToolHead(**{name: getattr(tool, name) for name in ToolHead.model_fields})
        row = {"digest": digest, "name": tool.name, "fingerprint": tool.fingerprint, "body": head}
        self.insert_new(CliToolRow, [row])
        tool_id = self.session.exec(select(col(CliToolRow.id)).where(CliToolRow.digest == digest)).one()
        assert tool_id is not None  # noqa: S101 - a key that was read is there
        if not self.session.exec(select(CommandRow.id).where(CommandRow.tool_id == tool_id).limit(1)).first():
            self._add_commands(tool_id, tool)
        return tool_id

    def _add_commands(self, tool_id: int, tool: CliTool) -> None:
        ids: dict[str, int | None] = {}
        # A parent's path sorts before those of its children, and has its key before they are made.
        for path in sorted(tool.commands):
            parent = ids[path.rpartition(" ")[0]] if path else None
            row = CommandRow(tool_id=tool_id, parent_id=parent, path=path, body=tool.commands[path])
            self.session.add(row)
            self.session.flush()
            ids[path] = row.id
