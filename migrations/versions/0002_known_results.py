"""Known results."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "known_result",
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("call_digest", sa.String(), nullable=False),
        sa.Column("repetition", sa.Integer(), nullable=False),
        sa.Column("surroundings", sa.String(), nullable=False),
        sa.Column("ending", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "conditions", "call_digest", "repetition", "surroundings", "ending", "shown", name=op.f("pk_known_result")
        ),
    )
    with op.batch_alter_table("known_result", schema=None) as batch_op:
        batch_op.create_index("ix_known_result_age", ["used_at", "size_bytes"], unique=False)

    with op.batch_alter_table("test_result", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reused", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("test_result", schema=None) as batch_op:
        batch_op.drop_column("reused")

    with op.batch_alter_table("known_result", schema=None) as batch_op:
        batch_op.drop_index("ix_known_result_age")

    op.drop_table("known_result")
