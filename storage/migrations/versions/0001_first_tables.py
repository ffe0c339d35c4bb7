"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.models import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "chats",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("lane", sa.String(length=32), nullable=False),
        sa.Column("locale", sa.String(length=16)),
        sa.Column("consent", sa.String(length=16), nullable=False),
        sa.Column("consent_version", sa.String(length=80)),
        sa.Column("consent_at", UtcTime()),
        sa.Column("facts_seen", sa.Integer(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("stopped_reason", sa.String(length=80)),
        sa.Column("stopped_at", UtcTime()),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.Column("chat_id_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("context_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chats")),
        sa.UniqueConstraint("lane", name=op.f("uq_chats_lane")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_chats_seen_at"), "chats", ["seen_at"])
    op.create_table(
        "counters",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=160), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "name", "label", "shard", name=op.f("pk_counters")),
    )
    op.create_table(
        "inbox",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.String(length=32)),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("error", sa.String(length=80)),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime()),
        sa.Column("payload_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("bot_id", "update_id", name=op.f("uq_inbox_bot_id_update_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_inbox_dead",
        "inbox",
        ["lane"],
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_inbox_finished",
        "inbox",
        ["finished_at"],
        sqlite_where=sa.text("finished_at IS NOT NULL"),
        postgresql_where=sa.text("finished_at IS NOT NULL"),
    )
    op.create_index(
        "ix_inbox_new",
        "inbox",
        ["lane", "id"],
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_table(
        "key_ids",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_ids")),
    )
    op.create_table(
        "lanes",
        sa.Column("queue", sa.String(length=3), nullable=False),
        sa.Column("lane", sa.String(length=32), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("claimed", sa.Integer(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("held_until", UtcTime()),
        sa.Column("owner", sa.String(length=80)),
        sa.Column("lease_until", UtcTime()),
        sa.PrimaryKeyConstraint("queue", "lane", name=op.f("pk_lanes")),
    )
    op.create_index(
        "ix_lanes_free",
        "lanes",
        ["queue", "priority", "due_at"],
        sqlite_where=sa.text("owner IS NULL AND waiting > 0"),
        postgresql_where=sa.text("owner IS NULL AND waiting > 0"),
    )
    op.create_index(
        "ix_lanes_leased",
        "lanes",
        ["queue", "lease_until"],
        sqlite_where=sa.text("owner IS NOT NULL"),
        postgresql_where=sa.text("owner IS NOT NULL"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("lane", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("bulk", sa.Boolean(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("possible_duplicate", sa.Boolean(), nullable=False),
        sa.Column("forget", sa.Boolean(), nullable=False),
        sa.Column("error", sa.String(length=80)),
        sa.Column("turn_id", sa.BigInteger()),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime()),
        sa.Column("body_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_content",
        "outbox",
        ["finished_at"],
        sqlite_where=sa.text("finished_at IS NOT NULL AND body_sealed IS NOT NULL"),
        postgresql_where=sa.text("finished_at IS NOT NULL AND body_sealed IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_finished",
        "outbox",
        ["finished_at"],
        sqlite_where=sa.text("finished_at IS NOT NULL"),
        postgresql_where=sa.text("finished_at IS NOT NULL"),
    )
    op.create_index("ix_outbox_lane", "outbox", ["lane", "finished_at"])
    op.create_index(
        "ix_outbox_leased",
        "outbox",
        ["lane"],
        sqlite_where=sa.text("state = 'leased'"),
        postgresql_where=sa.text("state = 'leased'"),
    )
    op.create_index(
        "ix_outbox_to_send",
        "outbox",
        ["lane", "bulk", "id"],
        sqlite_where=sa.text("state IN ('new', 'unknown')"),
        postgresql_where=sa.text("state IN ('new', 'unknown')"),
    )
    op.create_table(
        "cases",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("chat_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.String(length=80)),
        sa.Column("taken_by", sa.String(length=80)),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("closed_at", UtcTime()),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_cases_chat_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cases_chat", "cases", ["chat_id"])
    op.create_index(
        "ix_cases_closed",
        "cases",
        ["closed_at"],
        sqlite_where=sa.text("closed_at IS NOT NULL"),
        postgresql_where=sa.text("closed_at IS NOT NULL"),
    )
    op.create_index(
        "ix_cases_queue",
        "cases",
        ["priority", "opened_at", "id"],
        sqlite_where=sa.text("status <> 'closed'"),
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_index(
        "uq_cases_open",
        "cases",
        ["chat_id"],
        unique=True,
        sqlite_where=sa.text("status <> 'closed'"),
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_table(
        "turns",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("chat_id", ROW_ID, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("language", sa.String(length=16)),
        sa.Column("topic", sa.String(length=80)),
        sa.Column("rung", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.Double()),
        sa.Column("ranking", sa.String()),
        sa.Column("danger", sa.String()),
        sa.Column("destination", sa.String(length=16)),
        sa.Column("asks_for", sa.String(length=16)),
        sa.Column("content_version", sa.String(length=80)),
        sa.Column("engine", sa.String(length=80)),
        sa.Column("outcome", sa.String(length=80)),
        sa.Column("latency_ms", sa.Integer()),
        sa.Column("helpful", sa.Boolean()),
        sa.Column("text_sealed", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_turns_chat_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_turns_at"), "turns", ["at"])
    op.create_index("ix_turns_chat", "turns", ["chat_id", "id"])
    op.create_table(
        "case_events",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16)),
        sa.Column("topic", sa.String(length=80)),
        sa.Column("turn_id", sa.BigInteger()),
        sa.Column("actor", sa.String(length=80)),
        sa.Column("detail_sealed", sa.LargeBinary()),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_events_case", "case_events", ["case_id", "id"])
    op.create_index(
        "ix_case_events_detail",
        "case_events",
        ["at"],
        sqlite_where=sa.text("detail_sealed IS NOT NULL"),
        postgresql_where=sa.text("detail_sealed IS NOT NULL"),
    )


def downgrade() -> None:
    for table in (
        "case_events",
        "turns",
        "cases",
        "outbox",
        "lanes",
        "key_ids",
        "inbox",
        "counters",
        "chats",
    ):
        op.drop_table(table)
