"""Senders that staff banned, and what one chat repeats to others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.models import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("chats", sa.Column("banned_at", UtcTime()))
    op.create_table(
        "sightings",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("chat_id", ROW_ID, nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name=op.f("fk_sightings_chat_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
        sa.UniqueConstraint("chat_id", "mark", name=op.f("uq_sightings_chat_id_mark")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sightings_mark", "sightings", ["mark", "last_at"])
    op.create_index("ix_sightings_last_at", "sightings", ["last_at"])


def downgrade() -> None:
    op.drop_table("sightings")
    op.drop_column("chats", "banned_at")
