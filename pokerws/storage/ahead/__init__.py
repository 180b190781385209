"""Knows which tables showed cards ahead of the database, after their server has died."""
