"""The Alembic migrations of the `hms_*` tables. They keep their own version table beside the host's."""
