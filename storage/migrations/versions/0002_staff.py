"""Staff, their sessions and deeds; what the desk needs to know of a chat and a case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.models import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = "status <> 'closed'"


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    op.add_column("chats", sa.Column("held_since", UtcTime()))
    op.add_column("chats", sa.Column("held_until", UtcTime()))
    op.add_column("cases", sa.Column("waiting_since", UtcTime()))
    op.add_column("cases", sa.Column("snoozed_until", UtcTime()))
    op.add_column("cases", sa.Column("answered", sa.Boolean()))
    op.add_column("case_events", sa.Column("outbox_id", sa.BigInteger()))
    _index("ix_cases_mine", "cases", ["taken_by", "priority", "opened_at", "id"], OPEN)
    _index("ix_cases_free", "cases", ["priority", "opened_at", "id"], f"{OPEN} AND taken_by IS NULL")
    op.create_table(
        "staff",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=200)),
        sa.Column("totp_sealed", sa.LargeBinary()),
        sa.Column("totp_step", sa.BigInteger()),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "staff_attempts",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.Column("locked_until", UtcTime()),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_staff_attempts")),
    )
    op.create_index(op.f("ix_staff_attempts_last_at"), "staff_attempts", ["last_at"])
    op.create_table(
        "staff_codes",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("expires_at", UtcTime()),
        sa.Column("totp_sealed", sa.LargeBinary()),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_codes_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_staff_codes")),
    )
    op.create_index(op.f("ix_staff_codes_staff_id"), "staff_codes", ["staff_id"])
    op.create_table(
        "staff_sessions",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", ROW_ID, nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("browser", sa.String(length=80), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("hash", name=op.f("uq_staff_sessions_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_staff_sessions_staff_id"), "staff_sessions", ["staff_id"])
    op.create_table(
        "case_labels",
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_labels_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "label", name=op.f("pk_case_labels")),
    )
    op.create_index("ix_case_labels_label", "case_labels", ["label", "case_id"])
    op.create_table(
        "audit",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.String(length=400), nullable=False),
        sa.Column("outcome", sa.SmallInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for table in ("audit", "case_labels", "staff_sessions", "staff_codes", "staff_attempts", "staff"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_stays()")
    op.drop_index("ix_cases_free", "cases")
    op.drop_index("ix_cases_mine", "cases")
    op.drop_column("case_events", "outbox_id")
    for column in ("answered", "snoozed_until", "waiting_since"):
        op.drop_column("cases", column)
    op.drop_column("chats", "held_until")
    op.drop_column("chats", "held_since")


_GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER audit_stays_{deed} BEFORE {deed} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END"
        for deed in ("update", "delete")
    ],
    "postgresql": [
        "CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log can only be added to'; END $$",
        "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_stays()",
    ],
}
