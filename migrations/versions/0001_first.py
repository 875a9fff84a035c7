"""Organisation, accounts, guidelines and acknowledgements."""

import sqlalchemy as sa
from alembic import op

from hmswiki.foundation.database import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hms_guidelines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("renew_months", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("approver", sa.Text(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("next_review", sa.Date(), nullable=True),
        sa.Column("legal_basis", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("classification", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_guidelines")),
        sa.UniqueConstraint("slug", name=op.f("uq_hms_guidelines_slug")),
    )
    op.create_table(
        "hms_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_key", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_people")),
        sa.UniqueConstraint("external_key", name=op.f("uq_hms_people_external_key")),
    )
    op.create_table(
        "hms_sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.String(length=64), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_sign_in_attempts")),
    )
    with op.batch_alter_table("hms_sign_in_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_hms_sign_in_attempts_bucket_tried_at", ["bucket", "tried_at"], unique=False)

    op.create_table(
        "hms_submissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_submissions")),
    )
    with op.batch_alter_table("hms_submissions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_submissions_done_at"), ["done_at"], unique=False)

    op.create_table(
        "hms_units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("name", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("opened", sa.Date(), nullable=False),
        sa.Column("closed", sa.Date(), nullable=True),
        sa.Column("position", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["hms_units.id"], name=op.f("fk_hms_units_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_units")),
        sa.UniqueConstraint("code", name=op.f("uq_hms_units_code")),
    )
    with op.batch_alter_table("hms_units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_units_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_units_path"), ["path"], unique=False)

    op.create_table(
        "hms_accounts",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("deactivated_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_accounts_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_hms_accounts")),
    )
    op.create_table(
        "hms_editions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guideline_id", sa.Integer(), nullable=False),
        sa.Column("major", sa.Integer(), nullable=False),
        sa.Column("minor", sa.Integer(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("requires_acknowledgement", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by_id"], ["hms_people.id"], name=op.f("fk_hms_editions_approved_by_id")),
        sa.ForeignKeyConstraint(["guideline_id"], ["hms_guidelines.id"], name=op.f("fk_hms_editions_guideline_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["hms_people.id"], name=op.f("fk_hms_editions_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_editions")),
        sa.UniqueConstraint("guideline_id", "major", "minor", name=op.f("uq_hms_editions_guideline_id_major_minor")),
    )
    with op.batch_alter_table("hms_editions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_hms_editions_guideline_id_published_on", ["guideline_id", "published_on"], unique=False
        )

    op.create_table(
        "hms_employments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_employments_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_employments_recorded_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_employments_unit_id")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_employments_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_employments")),
    )
    with op.batch_alter_table("hms_employments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_employments_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_employments_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index("ix_hms_employments_unit_id_starts_on", ["unit_id", "starts_on"], unique=False)

    op.create_table(
        "hms_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_links_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_hms_links_token_hash")),
    )
    with op.batch_alter_table("hms_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_links_person_id"), ["person_id"], unique=False)

    op.create_table(
        "hms_name_lookups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("viewer_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("guideline_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["guideline_id"], ["hms_guidelines.id"], name=op.f("fk_hms_name_lookups_guideline_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_name_lookups_unit_id")),
        sa.ForeignKeyConstraint(["viewer_id"], ["hms_people.id"], name=op.f("fk_hms_name_lookups_viewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_name_lookups")),
    )
    with op.batch_alter_table("hms_name_lookups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_name_lookups_viewer_id"), ["viewer_id"], unique=False)

    op.create_table(
        "hms_register_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("details", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["hms_people.id"], name=op.f("fk_hms_register_changes_changed_by_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_register_changes_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_register_changes_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_register_changes")),
    )
    with op.batch_alter_table("hms_register_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_register_changes_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_register_changes_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "hms_role_holdings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=50), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_role_holdings_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_role_holdings_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_role_holdings_unit_id")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_role_holdings_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_role_holdings")),
    )
    with op.batch_alter_table("hms_role_holdings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_role_holdings_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_role_holdings_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_role_holdings_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "hms_rollouts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("guideline_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=50), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ended", sa.Date(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("names_kept_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["guideline_id"], ["hms_guidelines.id"], name=op.f("fk_hms_rollouts_guideline_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_rollouts")),
        sa.UniqueConstraint("key", name=op.f("uq_hms_rollouts_key")),
    )
    with op.batch_alter_table("hms_rollouts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_rollouts_guideline_id"), ["guideline_id"], unique=False)

    op.create_table(
        "hms_sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("device", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_sign_ins_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_hms_sign_ins_token_hash")),
    )
    with op.batch_alter_table("hms_sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_sign_ins_person_id"), ["person_id"], unique=False)

    op.create_table(
        "hms_unit_successors",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["successor_id"], ["hms_units.id"], name=op.f("fk_hms_unit_successors_successor_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_unit_successors_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "successor_id", name=op.f("pk_hms_unit_successors")),
    )
    op.create_table(
        "hms_acknowledgements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("acknowledged_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["hms_editions.id"], name=op.f("fk_hms_acknowledgements_edition_id")),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_acknowledgements_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_acknowledgements_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_acknowledgements_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_acknowledgements")),
    )
    with op.batch_alter_table("hms_acknowledgements", schema=None) as batch_op:
        batch_op.create_index("ix_hms_acknowledgements_edition_id_person_id", ["edition_id", "person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_acknowledgements_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_acknowledgements_recorded_at"), ["recorded_at"], unique=False)

    op.create_table(
        "hms_confirmations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("informed_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("names_only", sa.Boolean(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("newcomer_routine", sa.Text(), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["hms_people.id"], name=op.f("fk_hms_confirmations_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["hms_editions.id"], name=op.f("fk_hms_confirmations_edition_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_confirmations_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_confirmations_unit_id")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_confirmations_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_confirmations")),
    )
    with op.batch_alter_table("hms_confirmations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_confirmations_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_confirmations_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_confirmations_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "hms_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("guideline_id", sa.Integer(), nullable=True),
        sa.Column("base_edition_id", sa.Integer(), nullable=True),
        sa.Column("adds_language", sa.String(length=10), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("summary", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["base_edition_id"], ["hms_editions.id"], name=op.f("fk_hms_drafts_base_edition_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["hms_editions.id"], name=op.f("fk_hms_drafts_edition_id")),
        sa.ForeignKeyConstraint(["guideline_id"], ["hms_guidelines.id"], name=op.f("fk_hms_drafts_guideline_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["hms_people.id"], name=op.f("fk_hms_drafts_sent_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_drafts")),
    )
    with op.batch_alter_table("hms_drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_drafts_slug"), ["slug"], unique=False)
        batch_op.create_index(
            "uq_hms_drafts_open",
            ["slug"],
            unique=True,
            sqlite_where=sa.text("state IN ('writing', 'sent', 'returned')"),
            postgresql_where=sa.text("state IN ('writing', 'sent', 'returned')"),
        )

    op.create_table(
        "hms_name_lookup_people",
        sa.Column("lookup_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lookup_id"], ["hms_name_lookups.id"], name=op.f("fk_hms_name_lookup_people_lookup_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_name_lookup_people_person_id")),
        sa.PrimaryKeyConstraint("lookup_id", "person_id", name=op.f("pk_hms_name_lookup_people")),
    )
    with op.batch_alter_table("hms_name_lookup_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_name_lookup_people_person_id"), ["person_id"], unique=False)

    op.create_table(
        "hms_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["hms_editions.id"], name=op.f("fk_hms_questions_edition_id")),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_questions_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_questions_recorded_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_questions_unit_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_questions_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_questions")),
    )
    with op.batch_alter_table("hms_questions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_questions_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_questions_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_questions_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "hms_rollout_units",
        sa.Column("rollout_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rollout_id"], ["hms_rollouts.id"], name=op.f("fk_hms_rollout_units_rollout_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["hms_units.id"], name=op.f("fk_hms_rollout_units_unit_id")),
        sa.PrimaryKeyConstraint("rollout_id", "unit_id", name=op.f("pk_hms_rollout_units")),
    )
    op.create_table(
        "hms_translations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("lead_html", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("contents", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("render_failed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["hms_editions.id"], name=op.f("fk_hms_translations_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_translations")),
        sa.UniqueConstraint("edition_id", "language", name=op.f("uq_hms_translations_edition_id_language")),
    )
    op.create_table(
        "hms_confirmation_exceptions",
        sa.Column("confirmation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmation_id"], ["hms_confirmations.id"], name=op.f("fk_hms_confirmation_exceptions_confirmation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["hms_people.id"], name=op.f("fk_hms_confirmation_exceptions_person_id")
        ),
        sa.PrimaryKeyConstraint("confirmation_id", "person_id", name=op.f("pk_hms_confirmation_exceptions")),
    )
    op.create_table(
        "hms_confirmation_only",
        sa.Column("confirmation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmation_id"], ["hms_confirmations.id"], name=op.f("fk_hms_confirmation_only_confirmation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_confirmation_only_person_id")),
        sa.PrimaryKeyConstraint("confirmation_id", "person_id", name=op.f("pk_hms_confirmation_only")),
    )
    op.create_table(
        "hms_draft_texts",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["hms_drafts.id"], name=op.f("fk_hms_draft_texts_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "language", name=op.f("pk_hms_draft_texts")),
    )
    op.create_table(
        "hms_draft_writers",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["hms_drafts.id"], name=op.f("fk_hms_draft_writers_draft_id")),
        sa.ForeignKeyConstraint(["person_id"], ["hms_people.id"], name=op.f("fk_hms_draft_writers_person_id")),
        sa.PrimaryKeyConstraint("draft_id", "person_id", name=op.f("pk_hms_draft_writers")),
    )
    op.create_table(
        "hms_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["question_id"], ["hms_questions.id"], name=op.f("fk_hms_replies_question_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["hms_people.id"], name=op.f("fk_hms_replies_recorded_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["hms_people.id"], name=op.f("fk_hms_replies_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hms_replies")),
    )
    with op.batch_alter_table("hms_replies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hms_replies_question_id"), ["question_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hms_replies_recorded_at"), ["recorded_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("hms_replies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_replies_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_replies_question_id"))

    op.drop_table("hms_replies")
    op.drop_table("hms_draft_writers")
    op.drop_table("hms_draft_texts")
    op.drop_table("hms_confirmation_only")
    op.drop_table("hms_confirmation_exceptions")
    op.drop_table("hms_translations")
    op.drop_table("hms_rollout_units")
    with op.batch_alter_table("hms_questions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_questions_unit_id"))
        batch_op.drop_index(batch_op.f("ix_hms_questions_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_questions_person_id"))

    op.drop_table("hms_questions")
    with op.batch_alter_table("hms_name_lookup_people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_name_lookup_people_person_id"))

    op.drop_table("hms_name_lookup_people")
    with op.batch_alter_table("hms_drafts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_hms_drafts_open",
            sqlite_where=sa.text("state IN ('writing', 'sent', 'returned')"),
            postgresql_where=sa.text("state IN ('writing', 'sent', 'returned')"),
        )
        batch_op.drop_index(batch_op.f("ix_hms_drafts_slug"))

    op.drop_table("hms_drafts")
    with op.batch_alter_table("hms_confirmations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_confirmations_unit_id"))
        batch_op.drop_index(batch_op.f("ix_hms_confirmations_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_confirmations_edition_id"))

    op.drop_table("hms_confirmations")
    with op.batch_alter_table("hms_acknowledgements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_acknowledgements_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_acknowledgements_person_id"))
        batch_op.drop_index("ix_hms_acknowledgements_edition_id_person_id")

    op.drop_table("hms_acknowledgements")
    op.drop_table("hms_unit_successors")
    with op.batch_alter_table("hms_sign_ins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_sign_ins_person_id"))

    op.drop_table("hms_sign_ins")
    with op.batch_alter_table("hms_rollouts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_rollouts_guideline_id"))

    op.drop_table("hms_rollouts")
    with op.batch_alter_table("hms_role_holdings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_role_holdings_unit_id"))
        batch_op.drop_index(batch_op.f("ix_hms_role_holdings_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_role_holdings_person_id"))

    op.drop_table("hms_role_holdings")
    with op.batch_alter_table("hms_register_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_register_changes_unit_id"))
        batch_op.drop_index(batch_op.f("ix_hms_register_changes_person_id"))

    op.drop_table("hms_register_changes")
    with op.batch_alter_table("hms_name_lookups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_name_lookups_viewer_id"))

    op.drop_table("hms_name_lookups")
    with op.batch_alter_table("hms_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_links_person_id"))

    op.drop_table("hms_links")
    with op.batch_alter_table("hms_employments", schema=None) as batch_op:
        batch_op.drop_index("ix_hms_employments_unit_id_starts_on")
        batch_op.drop_index(batch_op.f("ix_hms_employments_recorded_at"))
        batch_op.drop_index(batch_op.f("ix_hms_employments_person_id"))

    op.drop_table("hms_employments")
    with op.batch_alter_table("hms_editions", schema=None) as batch_op:
        batch_op.drop_index("ix_hms_editions_guideline_id_published_on")

    op.drop_table("hms_editions")
    op.drop_table("hms_accounts")
    with op.batch_alter_table("hms_units", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_units_path"))
        batch_op.drop_index(batch_op.f("ix_hms_units_parent_id"))

    op.drop_table("hms_units")
    with op.batch_alter_table("hms_submissions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hms_submissions_done_at"))

    op.drop_table("hms_submissions")
    with op.batch_alter_table("hms_sign_in_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_hms_sign_in_attempts_bucket_tried_at")

    op.drop_table("hms_sign_in_attempts")
    op.drop_table("hms_people")
    op.drop_table("hms_guidelines")
