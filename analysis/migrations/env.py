"""Runs migrations on the connection that `store.upgrade` hands over."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection

from analysis.tables import UtcTime, metadata


def render_item(kind: str, item: object, _autogenerate_context) -> str | Literal[False]:
    """Write the project's own time type as the plain type beneath it, so that revisions stand on their own."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcTime) else False


def _set_foreign_keys(connection: Connection, state: Literal["ON", "OFF"]) -> None:
    """Switch SQLite's foreign keys past SQLAlchemy, which would open a transaction, where the switch does nothing."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys = {state}")
    cursor.close()


def migrate(connection: Connection) -> None:
    """Run the revisions with foreign keys off: SQLite's table copies would otherwise delete child rows."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        connection.commit()
        _set_foreign_keys(connection, "OFF")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=is_sqlite,
        render_item=render_item,
        compare_type=True,
        # One transaction for all revisions, which SQLite can do: between two of them another process could step in.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    if is_sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        connection.commit()
        if broken:
            raise RuntimeError(f"foreign keys are broken after the migration: {broken[:5]}; restore the backup")
        _set_foreign_keys(connection, "ON")


migrate(context.config.attributes["connection"])
