"""Marks of the tables that the server opened for its own bots, in `server_tables`."""

# Removes the marks of tables that were closed, and of those that were never stored.
MARK = """
WITH gone AS (
    DELETE FROM server_tables
    WHERE marked_at < now() - interval '1 day'
      AND NOT EXISTS (SELECT FROM games WHERE id = game_id AND status <> 'closed')
)
INSERT INTO server_tables (game_id, marked_at) VALUES ($1, now())
"""

# The table was stored before the migration that made the marks.
ADOPT = """
INSERT INTO server_tables (game_id, marked_at)
SELECT id, now()
FROM games
WHERE id = $1 AND status IN ('waiting', 'active')
  AND created_at < (SELECT applied_at FROM schema_migrations WHERE name = 'names_at_tables')
ON CONFLICT DO NOTHING
RETURNING game_id
"""

STATEMENTS = (MARK, ADOPT)
