"""Storage of tables: the `Store` protocol, in memory and in PostgreSQL, and the journal."""
