"""Workshops, what groups write at them, themes and summaries, and what came of it."""

import sqlalchemy as sa
from alembic import op

from hmswiki.foundation.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "hms_drafts", sa.Column("credits", sa.JSON(none_as_null=True), nullable=False, server_default=sa.text("'[]'"))
    )

    op.create_table(
        "hms_workshops",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("opens_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.Column("programme", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reading", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pulse", sa.Integer(), nullable=False),
        sa.Column("copied_from_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["copied_from_id"], ["hms_workshops.id"], name=op.f("fk_hms_workshops_copied_from_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["hms_people.id"], name=op.f("fk_hms_workshops_made_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_workshops_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_workshops")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_workshops_key")),
    )
    with op.batch_alter_table("hms_workshops", schema=None) as batch_op:
        batch_op.create_index("ix_hms_workshops_starts_at", ["starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_workshops_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "hms_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("guideline_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["guideline_id"], ["hms_guidelines.id"], name=op.f("fk_hms_proposals_guideline_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_proposals_recorded_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_proposals_withdrawn_by_id")),
        sa.ForeignKeyConstraint(["workshop_id"], ["hms_workshops.id"], name=op.f("fk_hms_proposals_workshop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_proposals")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_proposals_key")),
    )
    with op.batch_alter_table("hms_proposals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_proposals_guideline_id"), ["guideline_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_proposals_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_proposals_workshop_id"), ["workshop_id"], unique=False)

    op.create_table(
        "hms_publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_publications_recorded_by_id")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_publications_withdrawn_by_id")
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["hms_workshops.id"], name=op.f("fk_hms_publications_workshop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_publications")),
        sa.UniqueConstraint("workshop_id", "number", name=op.f("uq_hms_publications_workshop_id_number")),
    )
    with op.batch_alter_table("hms_publications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_publications_recorded_at"), ["recorded_at"], unique=False)

    op.create_table(
        "hms_workshop_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("opens", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["ended_by_id"], ["hms_people.id"], name=op.f("fk_hms_workshop_codes_ended_by_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["hms_people.id"], name=op.f("fk_hms_workshop_codes_made_by_id")),
        sa.ForeignKeyConstraint(["workshop_id"], ["hms_workshops.id"], name=op.f("fk_hms_workshop_codes_workshop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_workshop_codes")),
    )
    with op.batch_alter_table("hms_workshop_codes", schema=None) as batch_op:
        batch_op.create_index(
            "uq_hms_workshop_codes_code",
            ["code"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "uq_hms_workshop_codes_workshop_id_opens",
            ["workshop_id", "opens"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "hms_workshop_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("for_walk_ins", sa.Boolean(), nullable=False),
        sa.Column("pulse", sa.Integer(), nullable=False),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["workshop_id"], ["hms_workshops.id"], name=op.f("fk_hms_workshop_groups_workshop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_workshop_groups")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_workshop_groups_key")),
    )
    with op.batch_alter_table("hms_workshop_groups", schema=None) as batch_op:
        batch_op.create_index("uq_hms_workshop_groups_workshop_id_number", ["workshop_id", "number"], unique=True)

    op.create_table(
        "hms_workshop_helpers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_workshop_helpers_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_workshop_helpers_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_workshop_helpers_withdrawn_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["hms_workshops.id"], name=op.f("fk_hms_workshop_helpers_workshop_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_workshop_helpers")),
    )
    with op.batch_alter_table("hms_workshop_helpers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_workshop_helpers_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_workshop_helpers_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_workshop_helpers_workshop_id"), ["workshop_id"], unique=False)

    op.create_table(
        "hms_workshop_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=100), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("form", sa.String(length=10), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("claimed_by", sa.String(length=36), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["hms_people.id"], name=op.f("fk_hms_workshop_letters_asked_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_workshop_letters_person_id")),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["hms_workshops.id"], name=op.f("fk_hms_workshop_letters_workshop_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_workshop_letters")),
        sa.UniqueConstraint(
            "workshop_id", "about", "address", name=op.f("uq_hms_workshop_letters_workshop_id_about_address")
        ),
    )
    op.create_table(
        "hms_workshop_tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("models", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["workshop_id"], ["hms_workshops.id"], name=op.f("fk_hms_workshop_tasks_workshop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_workshop_tasks")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_workshop_tasks_key")),
    )
    with op.batch_alter_table("hms_workshop_tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_workshop_tasks_workshop_id"), ["workshop_id"], unique=False)

    op.create_table(
        "hms_proposal_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["hms_drafts.id"], name=op.f("fk_hms_proposal_answers_draft_id")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["hms_proposals.id"], name=op.f("fk_hms_proposal_answers_proposal_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_proposal_answers_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_proposal_answers_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_proposal_answers")),
    )
    with op.batch_alter_table("hms_proposal_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_proposal_answers_proposal_id"), ["proposal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_proposal_answers_recorded_at"), ["recorded_at"], unique=False)

    op.create_table(
        "hms_sentences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["hms_people.id"], name=op.f("fk_hms_sentences_made_by_id")),
        sa.ForeignKeyConstraint(["task_id"], ["hms_workshop_tasks.id"], name=op.f("fk_hms_sentences_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_sentences")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_sentences_key")),
    )
    with op.batch_alter_table("hms_sentences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_sentences_task_id"), ["task_id"], unique=False)

    op.create_table(
        "hms_themes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["hms_people.id"], name=op.f("fk_hms_themes_made_by_id")),
        sa.ForeignKeyConstraint(["task_id"], ["hms_workshop_tasks.id"], name=op.f("fk_hms_themes_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_themes")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_themes_key")),
    )
    with op.batch_alter_table("hms_themes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_themes_task_id"), ["task_id"], unique=False)

    op.create_table(
        "hms_workshop_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_workshop_events_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["hms_workshop_tasks.id"], name=op.f("fk_hms_workshop_events_task_id")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_workshop_events_withdrawn_by_id")
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["hms_workshops.id"], name=op.f("fk_hms_workshop_events_workshop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_workshop_events")),
    )
    with op.batch_alter_table("hms_workshop_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_workshop_events_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_workshop_events_workshop_id"), ["workshop_id"], unique=False)

    op.create_table(
        "hms_workshop_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["hms_workshop_groups.id"], name=op.f("fk_hms_workshop_members_group_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_workshop_members_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_workshop_members_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_workshop_members_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_workshop_members")),
    )
    with op.batch_alter_table("hms_workshop_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_workshop_members_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_workshop_members_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_workshop_members_recorded_at"), ["recorded_at"], unique=False)

    op.create_table(
        "hms_workshop_prompts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["hms_workshop_tasks.id"], name=op.f("fk_hms_workshop_prompts_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_workshop_prompts")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_workshop_prompts_key")),
    )
    with op.batch_alter_table("hms_workshop_prompts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_workshop_prompts_task_id"), ["task_id"], unique=False)

    op.create_table(
        "hms_workshop_seats",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=False),
        sa.Column("opens", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["code_id"], ["hms_workshop_codes.id"], name=op.f("fk_hms_workshop_seats_code_id")),
        sa.ForeignKeyConstraint(["group_id"], ["hms_workshop_groups.id"], name=op.f("fk_hms_workshop_seats_group_id")),
        sa.ForeignKeyConstraint(["workshop_id"], ["hms_workshops.id"], name=op.f("fk_hms_workshop_seats_workshop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_workshop_seats")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_hms_workshop_seats_token_hash")),
    )
    with op.batch_alter_table("hms_workshop_seats", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_workshop_seats_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_workshop_seats_workshop_id"), ["workshop_id"], unique=False)

    op.create_table(
        "hms_hand_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["hms_workshop_groups.id"], name=op.f("fk_hms_hand_ins_group_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_hand_ins_recorded_by_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["hms_workshop_seats.id"], name=op.f("fk_hms_hand_ins_seat_id")),
        sa.ForeignKeyConstraint(["task_id"], ["hms_workshop_tasks.id"], name=op.f("fk_hms_hand_ins_task_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_hand_ins_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_hand_ins")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_hand_ins_key")),
    )
    with op.batch_alter_table("hms_hand_ins", schema=None) as batch_op:
        batch_op.create_index("ix_hms_hand_ins_group_id_task_id", ["group_id", "task_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_hand_ins_recorded_at"), ["recorded_at"], unique=False)

    op.create_table(
        "hms_points",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("split_from_id", sa.Integer(), nullable=True),
        sa.Column("prompt_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("rank", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written", sa.String(length=36), nullable=False),
        sa.Column("cleared_at", UtcDateTime(), nullable=True),
        sa.Column("hidden_at", UtcDateTime(), nullable=True),
        sa.Column("public_text", sa.Text(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["hms_workshop_groups.id"], name=op.f("fk_hms_points_group_id")),
        sa.ForeignKeyConstraint(["prompt_id"], ["hms_workshop_prompts.id"], name=op.f("fk_hms_points_prompt_id")),
        sa.ForeignKeyConstraint(["split_from_id"], ["hms_points.id"], name=op.f("fk_hms_points_split_from_id")),
        sa.ForeignKeyConstraint(["task_id"], ["hms_workshop_tasks.id"], name=op.f("fk_hms_points_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_points")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_points_key")),
    )
    with op.batch_alter_table("hms_points", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_points_group_id"), ["group_id"], unique=False)
        batch_op.create_index("ix_hms_points_task_id_group_id", ["task_id", "group_id"], unique=False)

    op.create_table(
        "hms_point_edits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("base", sa.String(length=36), nullable=True),
        sa.Column("prompt_id", sa.Integer(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("rank", sa.String(length=200), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["hms_people.id"], name=op.f("fk_hms_point_edits_by_id")),
        sa.ForeignKeyConstraint(["point_id"], ["hms_points.id"], name=op.f("fk_hms_point_edits_point_id")),
        sa.ForeignKeyConstraint(["prompt_id"], ["hms_workshop_prompts.id"], name=op.f("fk_hms_point_edits_prompt_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["hms_workshop_seats.id"], name=op.f("fk_hms_point_edits_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_point_edits")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_point_edits_key")),
    )
    with op.batch_alter_table("hms_point_edits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_point_edits_point_id"), ["point_id"], unique=False)

    op.create_table(
        "hms_proposal_points",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["hms_points.id"], name=op.f("fk_hms_proposal_points_point_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["hms_proposals.id"], name=op.f("fk_hms_proposal_points_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", "point_id", name=op.f("pk_hms_proposal_points")),
    )
    op.create_table(
        "hms_sentence_points",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sentence_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("written", sa.String(length=36), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["point_id"], ["hms_points.id"], name=op.f("fk_hms_sentence_points_point_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_sentence_points_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(["sentence_id"], ["hms_sentences.id"], name=op.f("fk_hms_sentence_points_sentence_id")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_sentence_points_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_sentence_points")),
    )
    with op.batch_alter_table("hms_sentence_points", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_sentence_points_point_id"), ["point_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_sentence_points_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index(
            "uq_hms_sentence_points_sentence_id_point_id",
            ["sentence_id", "point_id"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "hms_theme_points",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("written", sa.String(length=36), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["point_id"], ["hms_points.id"], name=op.f("fk_hms_theme_points_point_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_theme_points_recorded_by_id")),
        sa.ForeignKeyConstraint(["theme_id"], ["hms_themes.id"], name=op.f("fk_hms_theme_points_theme_id")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_theme_points_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_theme_points")),
    )
    with op.batch_alter_table("hms_theme_points", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_theme_points_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_theme_points_theme_id"), ["theme_id"], unique=False)
        batch_op.create_index(
            "uq_hms_theme_points_point_id",
            ["point_id"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("hms_theme_points", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_hms_theme_points_point_id",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_hms_theme_points_theme_id"))
        batch_op.drop_index(batch_op.f("ix_hms_theme_points_recorded_at"))

    op.drop_table("hms_theme_points")
    with op.batch_alter_table("hms_sentence_points", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_hms_sentence_points_sentence_id_point_id",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_hms_sentence_points_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_sentence_points_point_id"))

    op.drop_table("hms_sentence_points")
    op.drop_table("hms_proposal_points")
    with op.batch_alter_table("hms_point_edits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_point_edits_point_id"))

    op.drop_table("hms_point_edits")
    with op.batch_alter_table("hms_points", schema=None) as batch_op:
        batch_op.drop_index("ix_hms_points_task_id_group_id")
        batch_op.drop_index(batch_op.f("ix_hms_points_group_id"))

    op.drop_table("hms_points")
    with op.batch_alter_table("hms_hand_ins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_hand_ins_recorded_at"))
        batch_op.drop_index("ix_hms_hand_ins_group_id_task_id")

    op.drop_table("hms_hand_ins")
    with op.batch_alter_table("hms_workshop_seats", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_workshop_seats_workshop_id"))
        batch_op.drop_index(batch_op.f("ix_hms_workshop_seats_group_id"))

    op.drop_table("hms_workshop_seats")
    with op.batch_alter_table("hms_workshop_prompts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_workshop_prompts_task_id"))

    op.drop_table("hms_workshop_prompts")
    with op.batch_alter_table("hms_workshop_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_workshop_members_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_workshop_members_person_id"))
        batch_op.drop_index(batch_op.f("ix_hms_workshop_members_group_id"))

    op.drop_table("hms_workshop_members")
    with op.batch_alter_table("hms_workshop_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_workshop_events_workshop_id"))
        batch_op.drop_index(batch_op.f("ix_hms_workshop_events_recorded_at"))

    op.drop_table("hms_workshop_events")
    with op.batch_alter_table("hms_themes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_themes_task_id"))

    op.drop_table("hms_themes")
    with op.batch_alter_table("hms_sentences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_sentences_task_id"))

    op.drop_table("hms_sentences")
    with op.batch_alter_table("hms_proposal_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_proposal_answers_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_proposal_answers_proposal_id"))

    op.drop_table("hms_proposal_answers")
    with op.batch_alter_table("hms_workshop_tasks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_workshop_tasks_workshop_id"))

    op.drop_table("hms_workshop_tasks")
    op.drop_table("hms_workshop_letters")
    with op.batch_alter_table("hms_workshop_helpers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_workshop_helpers_workshop_id"))
        batch_op.drop_index(batch_op.f("ix_hms_workshop_helpers_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_workshop_helpers_person_id"))

    op.drop_table("hms_workshop_helpers")
    with op.batch_alter_table("hms_workshop_groups", schema=None) as batch_op:
        batch_op.drop_index("uq_hms_workshop_groups_workshop_id_number")

    op.drop_table("hms_workshop_groups")
    with op.batch_alter_table("hms_workshop_codes", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_hms_workshop_codes_workshop_id_opens",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(
            "uq_hms_workshop_codes_code",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.drop_table("hms_workshop_codes")
    with op.batch_alter_table("hms_publications", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_publications_recorded_at"))

    op.drop_table("hms_publications")
    with op.batch_alter_table("hms_proposals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_proposals_workshop_id"))
        batch_op.drop_index(batch_op.f("ix_hms_proposals_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_proposals_guideline_id"))

    op.drop_table("hms_proposals")
    with op.batch_alter_table("hms_workshops", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_workshops_unit_id"))
        batch_op.drop_index("ix_hms_workshops_starts_at")

    op.drop_table("hms_workshops")
    # Not in batch mode: that would make the table anew, and other tables' rows hold on to it.
    op.drop_column("hms_drafts", "credits")
