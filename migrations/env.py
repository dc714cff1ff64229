"""Run by alembic. The connection, already in a transaction, and the tables to compare with come from the caller."""

from alembic import context
from sqlalchemy import func, select

LOCK_TIMEOUT = "10s"
STATEMENT_TIMEOUT = "300s"
# Any constant of our own: two servers that start together migrate one after the other.
MIGRATION_LOCK = 7_161_702_601

connection = context.config.attributes["connection"]

if connection.dialect.name == "postgresql":
    connection.execute(select(func.set_config("lock_timeout", LOCK_TIMEOUT, True)))
    connection.execute(select(func.set_config("statement_timeout", STATEMENT_TIMEOUT, True)))
    connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))

# SQLite's DDL is transactional when BEGIN is sent explicitly, as trial/store/engine.py does; alembic assumes the opposite.
context.configure(
    connection=connection, target_metadata=context.config.attributes["target_metadata"], transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
