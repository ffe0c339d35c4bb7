"""What the desk remembers: saved filters, topics of the staff's Telegram group, who staff are there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.models import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LIVE = "closed_at IS NULL"


def upgrade() -> None:
    op.add_column("staff", sa.Column("telegram_mark", sa.String(length=64)))
    op.create_index("uq_staff_telegram_mark", "staff", ["telegram_mark"], unique=True)
    op.create_table(
        "saved_filters",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("staff_id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", sa.String(length=600), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_saved_filters_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sa.UniqueConstraint("staff_id", "name", name=op.f("uq_saved_filters_staff_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "staff_topics",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("case_id", ROW_ID),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger()),
        sa.Column("told_event", sa.BigInteger(), nullable=False),
        sa.Column("told_at", UtcTime(), nullable=False),
        sa.Column("awaited", ROW_ID),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("closed_at", UtcTime()),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_staff_topics_case_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["awaited"], ["outbox.id"], name=op.f("fk_staff_topics_awaited"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_topics")),
        sa.UniqueConstraint("case_id", "group_id", name=op.f("uq_staff_topics_case_id_group_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_staff_topics_thread", "staff_topics", ["group_id", "thread_id"])
    op.create_index(op.f("ix_staff_topics_awaited"), "staff_topics", ["awaited"])
    op.create_index(
        "ix_staff_topics_live",
        "staff_topics",
        ["due_at"],
        sqlite_where=sa.text(LIVE),
        postgresql_where=sa.text(LIVE),
    )


def downgrade() -> None:
    op.drop_table("staff_topics")
    op.drop_table("saved_filters")
    op.drop_index("uq_staff_telegram_mark", "staff")
    op.drop_column("staff", "telegram_mark")
