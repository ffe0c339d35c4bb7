"""Broadcasts, whom they go to, and what became of each message; who said yes to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.models import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEXES = {
    "ix_chats_news": ("chats", ["id"], "news = 'given'"),
    "ix_chats_stopped": ("chats", ["stopped_at"], "stopped_at IS NOT NULL"),
    "ix_cases_opened": ("cases", ["opened_at"], None),
    "ix_broadcasts_running": ("broadcasts", ["id"], "state IN ('approved', 'sending')"),
    "ix_broadcast_recipients_left": (
        "broadcast_recipients",
        ["broadcast_id", "chat_id"],
        "state = 'waiting'",
    ),
    "ix_broadcast_recipients_queued": (
        "broadcast_recipients",
        ["broadcast_id", "outbox_id"],
        "state = 'queued'",
    ),
    "ix_broadcast_recipients_chat": ("broadcast_recipients", ["chat_id"], None),
}


def upgrade() -> None:
    op.add_column("chats", sa.Column("news", sa.String(length=16)))
    op.add_column("chats", sa.Column("news_at", UtcTime()))
    op.add_column("chats", sa.Column("news_locale", sa.String(length=16)))
    op.add_column("chats", sa.Column("news_destination", sa.String(length=16)))
    op.add_column("chats", sa.Column("news_province", sa.String(length=16)))
    op.create_table(
        "broadcasts",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("topic", sa.String(length=80)),
        sa.Column("correction", sa.String(length=64)),
        sa.Column("destination", sa.String(length=16)),
        sa.Column("province", sa.String(length=16)),
        sa.Column("language", sa.String(length=16)),
        sa.Column("asked", sa.String(length=80)),
        sa.Column("test_code", sa.String(length=16), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("approved_by", sa.String(length=80)),
        sa.Column("due_at", UtcTime()),
        sa.Column("estimate", sa.Integer()),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("fed_to", UtcTime()),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("audience", "sent", "duplicates", "blocked", "failed", "skipped", "gone")
        ),
        sa.Column("finished_at", UtcTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sa.UniqueConstraint("correction", name=op.f("uq_broadcasts_correction")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "broadcast_recipients",
        sa.Column("broadcast_id", ROW_ID, nullable=False),
        sa.Column("chat_id", ROW_ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("outbox_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcasts.id"],
            name=op.f("fk_broadcast_recipients_broadcast_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name=op.f("fk_broadcast_recipients_chat_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("broadcast_id", "chat_id", name=op.f("pk_broadcast_recipients")),
    )
    for name, (table, columns, where) in INDEXES.items():
        condition = sa.text(where) if where else None
        op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    op.drop_table("broadcast_recipients")
    op.drop_table("broadcasts")
    for name in ("ix_cases_opened", "ix_chats_stopped", "ix_chats_news"):
        op.drop_index(name, INDEXES[name][0])
    for column in ("news_province", "news_destination", "news_locale", "news_at", "news"):
        op.drop_column("chats", column)
