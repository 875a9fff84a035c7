"""Areas, actions, checklists, schedules, rounds, reminders, and files."""

import sqlalchemy as sa
from alembic import op

from hmswiki.foundation.database import UtcDateTime

ONE_SUBJECT = (
    "(CASE WHEN unit_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN area_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) = 1"
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hms_areas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("name", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("opened", sa.Date(), nullable=False),
        sa.Column("closed", sa.Date(), nullable=True),
        sa.Column("position", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["hms_areas.id"], name=op.f("fk_hms_areas_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_areas")),
        sa.UniqueConstraint("code", name=op.f("uq_hms_areas_code")),
    )
    with op.batch_alter_table("hms_areas", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_areas_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_areas_path"), ["path"], unique=False)

    op.create_table(
        "hms_checklists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_checklists")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_checklists_key")),
    )
    op.create_table(
        "hms_files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_hms_files")),
    )
    op.create_table(
        "hms_actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(length=200), nullable=True),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("raised_by_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column("responsible_role", sa.String(length=50), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("escalated_to_id", sa.Integer(), nullable=True),
        sa.Column("case_number", sa.Text(), nullable=True),
        sa.Column("case_url", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["hms_areas.id"], name=op.f("fk_hms_actions_area_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["hms_people.id"], name=op.f("fk_hms_actions_done_by_id")),
        sa.ForeignKeyConstraint(["escalated_to_id"], ["hms_units.id"], name=op.f("fk_hms_actions_escalated_to_id")),
        sa.ForeignKeyConstraint(["raised_by_id"], ["hms_people.id"], name=op.f("fk_hms_actions_raised_by_id")),
        sa.ForeignKeyConstraint(["responsible_id"], ["hms_people.id"], name=op.f("fk_hms_actions_responsible_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_actions_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_actions")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_actions_key")),
    )
    with op.batch_alter_table("hms_actions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_actions_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_actions_origin"), ["origin"], unique=False)
        batch_op.create_index("ix_hms_actions_responsible_id_state", ["responsible_id", "state"], unique=False)
        batch_op.create_index("ix_hms_actions_unit_id_state_due_on", ["unit_id", "state", "due_on"], unique=False)

    op.create_table(
        "hms_area_duties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["hms_areas.id"], name=op.f("fk_hms_area_duties_area_id")),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_area_duties_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_area_duties_recorded_by_id")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_area_duties_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_area_duties")),
    )
    with op.batch_alter_table("hms_area_duties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_area_duties_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_area_duties_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_area_duties_recorded_at"), ["recorded_at"], unique=False)

    op.create_table(
        "hms_area_units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["hms_areas.id"], name=op.f("fk_hms_area_units_area_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_area_units_recorded_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_area_units_unit_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_area_units_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_area_units")),
    )
    with op.batch_alter_table("hms_area_units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_area_units_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_area_units_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_area_units_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "hms_calendar_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_calendar_addresses_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_calendar_addresses")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_hms_calendar_addresses_token_hash")),
    )
    with op.batch_alter_table("hms_calendar_addresses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_calendar_addresses_person_id"), ["person_id"], unique=False)

    op.create_table(
        "hms_checklist_editions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("major", sa.Integer(), nullable=False),
        sa.Column("minor", sa.Integer(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("summary", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("guidelines", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["hms_people.id"], name=op.f("fk_hms_checklist_editions_approved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["hms_checklists.id"], name=op.f("fk_hms_checklist_editions_checklist_id")
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["hms_people.id"], name=op.f("fk_hms_checklist_editions_written_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_checklist_editions")),
        sa.UniqueConstraint(
            "checklist_id", "major", "minor", name=op.f("uq_hms_checklist_editions_checklist_id_major_minor")
        ),
    )
    with op.batch_alter_table("hms_checklist_editions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_hms_checklist_editions_checklist_id_published_on", ["checklist_id", "published_on"], unique=False
        )

    op.create_table(
        "hms_reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_by", sa.String(length=36), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("lines", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_reminders_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_reminders")),
        sa.UniqueConstraint("person_id", "week", name=op.f("uq_hms_reminders_person_id_week")),
    )
    with op.batch_alter_table("hms_reminders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_reminders_week"), ["week"], unique=False)

    op.create_table(
        "hms_reminder_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_reminder_requests_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_reminder_requests_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_reminder_requests_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_reminder_requests")),
    )
    with op.batch_alter_table("hms_reminder_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_reminder_requests_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_reminder_requests_recorded_at"), ["recorded_at"], unique=False)

    op.create_table(
        "hms_schedules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=50), nullable=True),
        sa.Column("area_kind", sa.String(length=20), nullable=True),
        sa.Column("every", sa.String(length=20), nullable=False),
        sa.Column("window", sa.String(length=11), nullable=True),
        sa.Column("pauses", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("by", sa.Date(), nullable=True),
        sa.Column("within", sa.Integer(), nullable=True),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ended", sa.Date(), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["checklist_id"], ["hms_checklists.id"], name=op.f("fk_hms_schedules_checklist_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_schedules_recorded_by_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["hms_schedules.id"], name=op.f("fk_hms_schedules_replaces_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_schedules_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_schedules")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_schedules_key")),
    )
    with op.batch_alter_table("hms_schedules", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_schedules_checklist_id"), ["checklist_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_schedules_recorded_at"), ["recorded_at"], unique=False)

    op.create_table(
        "hms_action_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("values", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["action_id"], ["hms_actions.id"], name=op.f("fk_hms_action_entries_action_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_action_entries_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_action_entries_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_action_entries")),
    )
    with op.batch_alter_table("hms_action_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_action_entries_action_id"), ["action_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_action_entries_recorded_at"), ["recorded_at"], unique=False)

    op.create_table(
        "hms_checklist_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=True),
        sa.Column("base_edition_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("summary", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("taken_up", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["base_edition_id"], ["hms_checklist_editions.id"], name=op.f("fk_hms_checklist_drafts_base_edition_id")
        ),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["hms_checklists.id"], name=op.f("fk_hms_checklist_drafts_checklist_id")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["hms_checklist_editions.id"], name=op.f("fk_hms_checklist_drafts_edition_id")
        ),
        sa.ForeignKeyConstraint(["sent_by_id"], ["hms_people.id"], name=op.f("fk_hms_checklist_drafts_sent_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_checklist_drafts")),
    )
    with op.batch_alter_table("hms_checklist_drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_checklist_drafts_key"), ["key"], unique=False)
        batch_op.create_index(
            "uq_hms_checklist_drafts_open",
            ["key"],
            unique=True,
            sqlite_where=sa.text("state IN ('writing', 'sent', 'returned')"),
            postgresql_where=sa.text("state IN ('writing', 'sent', 'returned')"),
        )

    op.create_table(
        "hms_handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("occurrence", sa.String(length=120), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            ONE_SUBJECT,
            name=op.f("ck_hms_handovers_one_subject"),
        ),
        sa.ForeignKeyConstraint(["area_id"], ["hms_areas.id"], name=op.f("fk_hms_handovers_area_id")),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_handovers_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_handovers_recorded_by_id")),
        sa.ForeignKeyConstraint(["schedule_id"], ["hms_schedules.id"], name=op.f("fk_hms_handovers_schedule_id")),
        sa.ForeignKeyConstraint(["to_id"], ["hms_people.id"], name=op.f("fk_hms_handovers_to_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_handovers_unit_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_handovers_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_handovers")),
    )
    with op.batch_alter_table("hms_handovers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_handovers_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_handovers_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_handovers_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index("ix_hms_handovers_schedule_id_occurrence", ["schedule_id", "occurrence"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_handovers_to_id"), ["to_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_handovers_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "hms_rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=True),
        sa.Column("occurrence", sa.String(length=120), nullable=True),
        sa.Column("slot", sa.String(length=200), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("handed_in_at", UtcDateTime(), nullable=True),
        sa.Column("handed_in_by_id", sa.Integer(), nullable=True),
        sa.Column("abandoned_at", UtcDateTime(), nullable=True),
        sa.Column("abandoned_by_id", sa.Integer(), nullable=True),
        sa.Column("abandoned_because", sa.Text(), nullable=True),
        sa.Column("asked", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["abandoned_by_id"], ["hms_people.id"], name=op.f("fk_hms_rounds_abandoned_by_id")),
        sa.ForeignKeyConstraint(["area_id"], ["hms_areas.id"], name=op.f("fk_hms_rounds_area_id")),
        sa.ForeignKeyConstraint(["checklist_id"], ["hms_checklists.id"], name=op.f("fk_hms_rounds_checklist_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["hms_checklist_editions.id"], name=op.f("fk_hms_rounds_edition_id")),
        sa.ForeignKeyConstraint(["handed_in_by_id"], ["hms_people.id"], name=op.f("fk_hms_rounds_handed_in_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_rounds_person_id")),
        sa.ForeignKeyConstraint(["schedule_id"], ["hms_schedules.id"], name=op.f("fk_hms_rounds_schedule_id")),
        sa.ForeignKeyConstraint(["started_by_id"], ["hms_people.id"], name=op.f("fk_hms_rounds_started_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_rounds_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_rounds")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_rounds_key")),
    )
    with op.batch_alter_table("hms_rounds", schema=None) as batch_op:
        batch_op.create_index("ix_hms_rounds_area_id_handed_in_at", ["area_id", "handed_in_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_rounds_checklist_id"), ["checklist_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_rounds_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_hms_rounds_schedule_id_occurrence", ["schedule_id", "occurrence"], unique=False)
        batch_op.create_index("ix_hms_rounds_unit_id_handed_in_at", ["unit_id", "handed_in_at"], unique=False)
        batch_op.create_index(
            "uq_hms_rounds_slot",
            ["slot"],
            unique=True,
            sqlite_where=sa.text("abandoned_at IS NULL"),
            postgresql_where=sa.text("abandoned_at IS NULL"),
        )

    op.create_table(
        "hms_schedule_areas",
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["hms_areas.id"], name=op.f("fk_hms_schedule_areas_area_id")),
        sa.ForeignKeyConstraint(["schedule_id"], ["hms_schedules.id"], name=op.f("fk_hms_schedule_areas_schedule_id")),
        sa.PrimaryKeyConstraint("schedule_id", "area_id", name=op.f("pk_hms_schedule_areas")),
    )
    op.create_table(
        "hms_schedule_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("happens_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            ONE_SUBJECT,
            name=op.f("ck_hms_schedule_events_one_subject"),
        ),
        sa.ForeignKeyConstraint(["area_id"], ["hms_areas.id"], name=op.f("fk_hms_schedule_events_area_id")),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_schedule_events_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_schedule_events_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(["schedule_id"], ["hms_schedules.id"], name=op.f("fk_hms_schedule_events_schedule_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_schedule_events_unit_id")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_schedule_events_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_schedule_events")),
    )
    with op.batch_alter_table("hms_schedule_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_schedule_events_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_schedule_events_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_schedule_events_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_schedule_events_schedule_id"), ["schedule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_schedule_events_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "hms_schedule_units",
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("reach", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["schedule_id"], ["hms_schedules.id"], name=op.f("fk_hms_schedule_units_schedule_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_schedule_units_unit_id")),
        sa.PrimaryKeyConstraint("schedule_id", "unit_id", name=op.f("pk_hms_schedule_units")),
    )
    op.create_table(
        "hms_skips",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("occurrence", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            ONE_SUBJECT,
            name=op.f("ck_hms_skips_one_subject"),
        ),
        sa.ForeignKeyConstraint(["area_id"], ["hms_areas.id"], name=op.f("fk_hms_skips_area_id")),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_skips_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_skips_recorded_by_id")),
        sa.ForeignKeyConstraint(["schedule_id"], ["hms_schedules.id"], name=op.f("fk_hms_skips_schedule_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_skips_unit_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_skips_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_skips")),
    )
    with op.batch_alter_table("hms_skips", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_skips_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_skips_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_skips_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index("ix_hms_skips_schedule_id_occurrence", ["schedule_id", "occurrence"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_skips_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "hms_supplement_edits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("replaces", sa.String(length=36), nullable=True),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["hms_checklists.id"], name=op.f("fk_hms_supplement_edits_checklist_id")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["hms_checklist_editions.id"], name=op.f("fk_hms_supplement_edits_edition_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_supplement_edits_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_supplement_edits_unit_id")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_supplement_edits_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_supplement_edits")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_supplement_edits_key")),
    )
    with op.batch_alter_table("hms_supplement_edits", schema=None) as batch_op:
        batch_op.create_index("ix_hms_supplement_edits_checklist_id_unit_id", ["checklist_id", "unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_supplement_edits_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_supplement_edits_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "hms_checklist_draft_writers",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["hms_checklist_drafts.id"], name=op.f("fk_hms_checklist_draft_writers_draft_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["hms_people.id"], name=op.f("fk_hms_checklist_draft_writers_person_id")
        ),
        sa.PrimaryKeyConstraint("draft_id", "person_id", name=op.f("pk_hms_checklist_draft_writers")),
    )
    op.create_table(
        "hms_findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=120), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("seriousness", sa.String(length=20), nullable=True),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("mended_on", sa.Date(), nullable=True),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["action_id"], ["hms_actions.id"], name=op.f("fk_hms_findings_action_id")),
        sa.ForeignKeyConstraint(["area_id"], ["hms_areas.id"], name=op.f("fk_hms_findings_area_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_findings_recorded_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["hms_rounds.id"], name=op.f("fk_hms_findings_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_findings_unit_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_findings_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_findings")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_findings_key")),
    )
    with op.batch_alter_table("hms_findings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_findings_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_findings_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_findings_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_findings_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "hms_photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_photos_recorded_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["hms_rounds.id"], name=op.f("fk_hms_photos_round_id")),
        sa.ForeignKeyConstraint(["sha256"], ["hms_files.sha256"], name=op.f("fk_hms_photos_sha256")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_photos_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_photos")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_photos_key")),
    )
    with op.batch_alter_table("hms_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_photos_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_photos_round_id"), ["round_id"], unique=False)

    op.create_table(
        "hms_signatures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=50), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_signatures_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_signatures_recorded_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["hms_rounds.id"], name=op.f("fk_hms_signatures_round_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_signatures_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_signatures")),
    )
    with op.batch_alter_table("hms_signatures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_signatures_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_signatures_round_id"), ["round_id"], unique=False)

    op.create_table(
        "hms_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=120), nullable=True),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("finding", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["hms_people.id"], name=op.f("fk_hms_answers_by_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["hms_findings.id"], name=op.f("fk_hms_answers_finding_id")),
        sa.ForeignKeyConstraint(["round_id"], ["hms_rounds.id"], name=op.f("fk_hms_answers_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_answers")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_answers_key")),
    )
    with op.batch_alter_table("hms_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_answers_finding_id"), ["finding_id"], unique=False)
        batch_op.create_index("ix_hms_answers_round_id_item", ["round_id", "item"], unique=False)

    with op.batch_alter_table("hms_register_changes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("area_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_hms_register_changes_area_id"), ["area_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_hms_register_changes_area_id"), "hms_areas", ["area_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("hms_register_changes", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_hms_register_changes_area_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_hms_register_changes_area_id"))
        batch_op.drop_column("area_id")

    with op.batch_alter_table("hms_answers", schema=None) as batch_op:
        batch_op.drop_index("ix_hms_answers_round_id_item")
        batch_op.drop_index(batch_op.f("ix_hms_answers_finding_id"))

    op.drop_table("hms_answers")
    with op.batch_alter_table("hms_signatures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_signatures_round_id"))
        batch_op.drop_index(batch_op.f("ix_hms_signatures_recorded_at"))

    op.drop_table("hms_signatures")
    with op.batch_alter_table("hms_photos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_photos_round_id"))
        batch_op.drop_index(batch_op.f("ix_hms_photos_recorded_at"))

    op.drop_table("hms_photos")
    with op.batch_alter_table("hms_findings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_findings_unit_id"))
        batch_op.drop_index(batch_op.f("ix_hms_findings_round_id"))
        batch_op.drop_index(batch_op.f("ix_hms_findings_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_findings_area_id"))

    op.drop_table("hms_findings")
    op.drop_table("hms_checklist_draft_writers")
    with op.batch_alter_table("hms_supplement_edits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_supplement_edits_unit_id"))
        batch_op.drop_index(batch_op.f("ix_hms_supplement_edits_recorded_at"))
        batch_op.drop_index("ix_hms_supplement_edits_checklist_id_unit_id")

    op.drop_table("hms_supplement_edits")
    with op.batch_alter_table("hms_skips", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_skips_unit_id"))
        batch_op.drop_index("ix_hms_skips_schedule_id_occurrence")
        batch_op.drop_index(batch_op.f("ix_hms_skips_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_skips_person_id"))
        batch_op.drop_index(batch_op.f("ix_hms_skips_area_id"))

    op.drop_table("hms_skips")
    op.drop_table("hms_schedule_units")
    with op.batch_alter_table("hms_schedule_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_schedule_events_unit_id"))
        batch_op.drop_index(batch_op.f("ix_hms_schedule_events_schedule_id"))
        batch_op.drop_index(batch_op.f("ix_hms_schedule_events_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_schedule_events_person_id"))
        batch_op.drop_index(batch_op.f("ix_hms_schedule_events_area_id"))

    op.drop_table("hms_schedule_events")
    op.drop_table("hms_schedule_areas")
    with op.batch_alter_table("hms_rounds", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_hms_rounds_slot",
            sqlite_where=sa.text("abandoned_at IS NULL"),
            postgresql_where=sa.text("abandoned_at IS NULL"),
        )
        batch_op.drop_index("ix_hms_rounds_unit_id_handed_in_at")
        batch_op.drop_index("ix_hms_rounds_schedule_id_occurrence")
        batch_op.drop_index(batch_op.f("ix_hms_rounds_person_id"))
        batch_op.drop_index(batch_op.f("ix_hms_rounds_checklist_id"))
        batch_op.drop_index("ix_hms_rounds_area_id_handed_in_at")

    op.drop_table("hms_rounds")
    with op.batch_alter_table("hms_handovers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_handovers_unit_id"))
        batch_op.drop_index(batch_op.f("ix_hms_handovers_to_id"))
        batch_op.drop_index("ix_hms_handovers_schedule_id_occurrence")
        batch_op.drop_index(batch_op.f("ix_hms_handovers_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_handovers_person_id"))
        batch_op.drop_index(batch_op.f("ix_hms_handovers_area_id"))

    op.drop_table("hms_handovers")
    with op.batch_alter_table("hms_checklist_drafts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_hms_checklist_drafts_open",
            sqlite_where=sa.text("state IN ('writing', 'sent', 'returned')"),
            postgresql_where=sa.text("state IN ('writing', 'sent', 'returned')"),
        )
        batch_op.drop_index(batch_op.f("ix_hms_checklist_drafts_key"))

    op.drop_table("hms_checklist_drafts")
    with op.batch_alter_table("hms_action_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_action_entries_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_action_entries_action_id"))

    op.drop_table("hms_action_entries")
    with op.batch_alter_table("hms_schedules", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_schedules_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_schedules_checklist_id"))

    op.drop_table("hms_schedules")
    op.drop_table("hms_reminder_requests")
    with op.batch_alter_table("hms_reminders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_reminders_week"))

    op.drop_table("hms_reminders")
    with op.batch_alter_table("hms_checklist_editions", schema=None) as batch_op:
        batch_op.drop_index("ix_hms_checklist_editions_checklist_id_published_on")

    op.drop_table("hms_checklist_editions")
    with op.batch_alter_table("hms_calendar_addresses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_calendar_addresses_person_id"))

    op.drop_table("hms_calendar_addresses")
    with op.batch_alter_table("hms_area_units", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_area_units_unit_id"))
        batch_op.drop_index(batch_op.f("ix_hms_area_units_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_area_units_area_id"))

    op.drop_table("hms_area_units")
    with op.batch_alter_table("hms_area_duties", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_area_duties_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_area_duties_person_id"))
        batch_op.drop_index(batch_op.f("ix_hms_area_duties_area_id"))

    op.drop_table("hms_area_duties")
    with op.batch_alter_table("hms_actions", schema=None) as batch_op:
        batch_op.drop_index("ix_hms_actions_unit_id_state_due_on")
        batch_op.drop_index("ix_hms_actions_responsible_id_state")
        batch_op.drop_index(batch_op.f("ix_hms_actions_origin"))
        batch_op.drop_index(batch_op.f("ix_hms_actions_area_id"))

    op.drop_table("hms_actions")
    op.drop_table("hms_files")
    op.drop_table("hms_checklists")
    with op.batch_alter_table("hms_areas", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_areas_path"))
        batch_op.drop_index(batch_op.f("ix_hms_areas_parent_id"))

    op.drop_table("hms_areas")
