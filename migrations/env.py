"""Runs the migrations on the connection that hmswiki hands over; sees only tables that begin with `hms_`."""

from typing import Any

from alembic import context

from hmswiki import models
from hmswiki.foundation.database import TABLE_PREFIX


def only_ours(object: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """A host's tables are none of our business."""
    return kind != "table" or (name or "").startswith(TABLE_PREFIX)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=models.metadata,
    version_table="hms_schema_version",
    include_object=only_ours,
    render_as_batch=True,
    compare_type=True,
    # The caller's transaction holds the whole upgrade: all of it or nothing.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
