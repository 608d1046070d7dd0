"""First schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "cli_tool",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cli_tool")),
        sa.UniqueConstraint("digest", name=op.f("uq_cli_tool_digest")),
    )
    with op.batch_alter_table("cli_tool", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cli_tool_fingerprint"), ["fingerprint"], unique=False)
        batch_op.create_index(batch_op.f("ix_cli_tool_name"), ["name"], unique=False)

    op.create_table(
        "leadership",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leadership")),
    )
    op.create_table(
        "command",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tool_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["command.id"], name=op.f("fk_command_parent_id")),
        sa.ForeignKeyConstraint(["tool_id"], ["cli_tool.id"], name=op.f("fk_command_tool_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_command")),
        sa.UniqueConstraint("tool_id", "path", name=op.f("uq_command_tool_id_path")),
    )
    with op.batch_alter_table("command", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_command_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("tool_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tool_name", sa.String(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("embedded", "queue", native_enum=False, length=32, create_constraint=True, name="mode_word"),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "succeeded",
                "failed",
                "cancelled",
                native_enum=False,
                length=32,
                create_constraint=True,
                name="jobstate_word",
            ),
            nullable=False,
        ),
        sa.Column("traceparent", sa.String(), nullable=False),
        sa.Column("max_time_s", sa.Float(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tool_id"], ["cli_tool.id"], name=op.f("fk_job_tool_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_tool_id"), ["tool_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_tool_name"), ["tool_name"], unique=False)

    op.create_table(
        "finding",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "high",
                "medium",
                "low",
                "note",
                native_enum=False,
                length=32,
                create_constraint=True,
                name="severity_word",
            ),
            nullable=False,
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_finding_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "fingerprint", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_fingerprint"), ["fingerprint"], unique=False)

    op.create_table(
        "test_plan",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("tool", sa.String(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("shards", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_test_plan_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_test_plan")),
    )
    op.create_table(
        "test_report",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_test_report_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_test_report")),
    )
    op.create_table(
        "verdict",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("case_key", sa.String(), nullable=False),
        sa.Column(
            "word",
            sa.Enum(
                "pass",
                "fail",
                "flaky",
                "skip",
                "error",
                native_enum=False,
                length=32,
                create_constraint=True,
                name="verdictword_word",
            ),
            nullable=False,
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_verdict_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "case_key", name=op.f("pk_verdict")),
    )
    op.create_table(
        "work_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("embedded", "queue", native_enum=False, length=32, create_constraint=True, name="mode_word"),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "analyze",
                "generate",
                "execute",
                "verify",
                "report",
                native_enum=False,
                length=32,
                create_constraint=True,
                name="stagename_word",
            ),
            nullable=False,
        ),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ready",
                "leased",
                "done",
                "dead",
                "cancelled",
                native_enum=False,
                length=32,
                create_constraint=True,
                name="itemstate_word",
            ),
            nullable=False,
        ),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("current_call", sa.String(), nullable=True),
        sa.Column("suspect_call", sa.String(), nullable=True),
        sa.Column("suspect_hits", sa.Integer(), nullable=False),
        sa.Column("traceparent", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_work_item_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_item")),
        sa.UniqueConstraint("job_id", "stage", "shard", name=op.f("uq_work_item_job_id_stage_shard")),
    )
    with op.batch_alter_table("work_item", schema=None) as batch_op:
        batch_op.create_index("ix_work_item_claim", ["mode", "stage", "state", "run_after", "id"], unique=False)
        batch_op.create_index("ix_work_item_expiry", ["state", "lease_until"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ending",
            sa.Enum(
                "done",
                "released",
                "failed",
                "refused",
                "lost",
                "cancelled",
                native_enum=False,
                length=32,
                create_constraint=True,
                name="ending_word",
            ),
            nullable=True,
        ),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["work_item.id"], name=op.f("fk_attempt_item_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "fence", name=op.f("pk_attempt")),
    )
    op.create_table(
        "test_case",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["test_plan.job_id"], name=op.f("fk_test_case_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_test_case")),
        sa.UniqueConstraint("job_id", "key", name=op.f("uq_test_case_job_id_key")),
    )
    with op.batch_alter_table("test_case", schema=None) as batch_op:
        batch_op.create_index("ix_test_case_shard", ["job_id", "shard"], unique=False)

    op.create_table(
        "test_result",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("call_digest", sa.String(), nullable=False),
        sa.Column("repetition", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "ok",
                "nonzero",
                "signalled",
                "timeout_wall",
                "timeout_cpu",
                "output_limit",
                "memory_limit",
                "spawn_error",
                "sandbox_error",
                native_enum=False,
                length=32,
                create_constraint=True,
                name="status_word",
            ),
            nullable=False,
        ),
        sa.Column("duration_ms", sa.Float(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["work_item.id"], name=op.f("fk_test_result_item_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_test_result_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "call_digest", "repetition", name=op.f("pk_test_result")),
    )
    with op.batch_alter_table("test_result", schema=None) as batch_op:
        batch_op.create_index("ix_test_result_item", ["item_id", "fence"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("test_result", schema=None) as batch_op:
        batch_op.drop_index("ix_test_result_item")

    op.drop_table("test_result")
    with op.batch_alter_table("test_case", schema=None) as batch_op:
        batch_op.drop_index("ix_test_case_shard")

    op.drop_table("test_case")
    op.drop_table("attempt")
    with op.batch_alter_table("work_item", schema=None) as batch_op:
        batch_op.drop_index("ix_work_item_expiry")
        batch_op.drop_index("ix_work_item_claim")

    op.drop_table("work_item")
    op.drop_table("verdict")
    op.drop_table("test_report")
    op.drop_table("test_plan")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_fingerprint"))

    op.drop_table("finding")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_tool_name"))
        batch_op.drop_index(batch_op.f("ix_job_tool_id"))
        batch_op.drop_index(batch_op.f("ix_job_state"))
        batch_op.drop_index(batch_op.f("ix_job_created_at"))

    op.drop_table("job")
    with op.batch_alter_table("command", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_command_parent_id"))

    op.drop_table("command")
    op.drop_table("leadership")
    with op.batch_alter_table("cli_tool", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cli_tool_name"))
        batch_op.drop_index(batch_op.f("ix_cli_tool_fingerprint"))

    op.drop_table("cli_tool")
    op.drop_table("blob")
