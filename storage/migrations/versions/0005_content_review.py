"""Drafts of content files on their way to a second person's yes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.models import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "content_drafts",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_drafts")),
        sa.UniqueConstraint("file", name=op.f("uq_content_drafts_file")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "content_draft_events",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("draft_id", ROW_ID, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["content_drafts.id"],
            name=op.f("fk_content_draft_events_draft_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_draft_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_content_draft_events_draft_id"), "content_draft_events", ["draft_id"])


def downgrade() -> None:
    for table in ("content_draft_events", "content_drafts"):
        op.drop_table(table)
