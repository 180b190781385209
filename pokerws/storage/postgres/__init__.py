"""Postgres: connections, stores, migrations, the embedded server."""
