"""Questions that staff turned into examples, drafts or nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.models import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_QUESTION = "text_sealed IS NOT NULL AND (outcome IN ('unanswered', 'offered') OR helpful = false)"


def upgrade() -> None:
    op.create_index(
        "ix_turns_questions",
        "turns",
        ["id"],
        sqlite_where=sa.text(IS_QUESTION),
        postgresql_where=sa.text(IS_QUESTION),
    )
    op.create_table(
        "question_decisions",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.String(length=80)),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_decisions")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "question_turns",
        sa.Column("turn_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("decision_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["turn_id"], ["turns.id"], name=op.f("fk_question_turns_turn_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["question_decisions.id"],
            name=op.f("fk_question_turns_decision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_question_turns")),
    )
    op.create_index(op.f("ix_question_turns_decision_id"), "question_turns", ["decision_id"])
    op.create_table(
        "training_examples",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("decision_id", ROW_ID, nullable=False),
        sa.Column("chat_id", ROW_ID),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["question_decisions.id"],
            name=op.f("fk_training_examples_decision_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name=op.f("fk_training_examples_chat_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_examples")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_training_examples_decision_id"), "training_examples", ["decision_id"])
    of_somebody = sa.text("chat_id IS NOT NULL")
    op.create_index(
        "ix_training_examples_chat",
        "training_examples",
        ["chat_id"],
        sqlite_where=of_somebody,
        postgresql_where=of_somebody,
    )


def downgrade() -> None:
    for table in ("training_examples", "question_turns", "question_decisions"):
        op.drop_table(table)
    op.drop_index("ix_turns_questions", "turns")
