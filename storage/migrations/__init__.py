"""The history of the tables, for Alembic. `storage.migrate` runs it."""
