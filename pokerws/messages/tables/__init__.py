"""Messages about what happens at one table, by feature."""
