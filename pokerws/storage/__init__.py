"""Where tables are kept: one `Store` protocol, in memory and in Postgres, and the journal."""
