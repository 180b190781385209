"""What operators decide about players, in PostgreSQL."""
