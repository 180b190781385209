-- Read-only queries for operators, which do not disturb play:
--     psql "$DATABASE_URL" -f sql/monitoring.sql
-- A role that was admitted with pokerws_grant_reader can run them too.
-- They read the open tables, by an index, and not the closed ones: there may be a million of those.

\echo 'Tables by status'
SELECT status, count(*) AS tables, sum(total_pot) AS chips_in_pots
FROM games
WHERE status <> 'closed'
GROUP BY status
UNION ALL
SELECT 'closed, estimated', reltuples::bigint, 0
FROM pg_class
WHERE oid = 'games_closed'::regclass AND reltuples > 0
ORDER BY status;

\echo 'Active games, the latest change first'
SELECT id, name, variant, hand_number, total_pot, version, now() - updated_at AS idle
FROM games
WHERE status IN ('waiting', 'active')
ORDER BY updated_at DESC
LIMIT 20;

\echo 'Distribution of versions: how much the tables have been played'
SELECT count(*)                                               AS tables,
       min(version)                                           AS least,
       percentile_disc(0.5)  WITHIN GROUP (ORDER BY version)  AS median,
       percentile_disc(0.99) WITHIN GROUP (ORDER BY version)  AS p99,
       max(version)                                           AS most
FROM games
WHERE status <> 'closed';

\echo 'Recent activity: tables changed and opened within a minute, an hour, a day'
SELECT count(*) FILTER (WHERE updated_at > now() - interval '1 minute') AS changed_1m,
       count(*) FILTER (WHERE updated_at > now() - interval '1 hour')   AS changed_1h,
       count(*) FILTER (WHERE updated_at > now() - interval '1 day')    AS changed_1d,
       count(*) FILTER (WHERE created_at > now() - interval '1 day')
           + (SELECT count(*) FROM games
              WHERE status = 'closed' AND created_at > now() - interval '1 day') AS opened_1d
FROM games
WHERE status <> 'closed';

\echo 'Active tables where nothing has happened for ten minutes: is the server that has them alive?'
SELECT id, name, epoch, hand_number, total_pot, now() - updated_at AS idle
FROM games
WHERE status = 'active' AND updated_at < now() - interval '10 minutes'
ORDER BY updated_at
LIMIT 20;

\echo 'Tables in quarantine: their rows are kept as they were; python server.py repair ID shows what can be done'
SELECT id, name, version, epoch, updated_at
FROM games
WHERE status = 'quarantined'
ORDER BY updated_at DESC;

\echo 'Where the chips are (the sum over all is zero)'
SELECT CASE id WHEN 'house' THEN 'house' ELSE 'players' END AS at, count(*) AS accounts, sum(balance) AS chips
FROM accounts
GROUP BY 1
UNION ALL
SELECT 'tables', count(*), coalesce(sum(balance), 0)
FROM games
WHERE status <> 'closed'
ORDER BY 1;

\echo 'Which keys sealed the cards of live tables, and the key of the guests'' sessions (a key that is not listed may be removed)'
SELECT key_id, count(id) AS tables, count(*) - count(id) AS server_keys
FROM (
    SELECT key_id, id FROM games WHERE status IN ('waiting', 'active')
    UNION ALL
    SELECT key_id, NULL FROM server_keys
) AS sealed
WHERE key_id IS NOT NULL
GROUP BY key_id
ORDER BY key_id;

\echo 'Servers that own tables: no row may have a lease in the past for long'
SELECT owners.node, owners.incarnation, owners.started_at, owners.lease_until - now() AS lease_left,
       count(games.id) AS tables
FROM owners
LEFT JOIN games ON coalesce(games.given_to, games.owner_incarnation) = owners.incarnation
               AND games.status IN ('waiting', 'active')
WHERE owners.ended_at IS NULL
GROUP BY owners.incarnation
ORDER BY owners.started_at;

\echo 'Tables that changed their server most often'
SELECT id, name, epoch, version
FROM games
WHERE status <> 'closed'
ORDER BY epoch DESC
LIMIT 5;

\echo 'Log that ends before or after its table''s version among the 100 tables changed last (none, or events are off)'
SELECT recent.id, recent.version, log.last_seq
FROM (SELECT id, version FROM games WHERE status <> 'closed' ORDER BY updated_at DESC LIMIT 100) AS recent
CROSS JOIN LATERAL (
    SELECT max(seq) AS last_seq FROM game_log WHERE game_id = recent.id
) AS log
WHERE log.last_seq IS DISTINCT FROM recent.version;

\echo 'Saves that were HOT updates (should be near 100 %), and rows waiting for vacuum'
SELECT coalesce(pg_partition_root(relid), relid)::regclass::text AS relation, sum(n_tup_upd) AS saves,
       round(100.0 * sum(n_tup_hot_upd) / nullif(sum(n_tup_upd), 0), 1) AS hot_percent,
       sum(n_dead_tup) AS dead_rows, max(last_autovacuum) AS last_autovacuum,
       pg_size_pretty(sum(pg_total_relation_size(relid))) AS size
FROM pg_stat_user_tables
WHERE coalesce(pg_partition_root(relid), relid)
      IN ('games'::regclass, 'game_snapshots'::regclass, 'game_log'::regclass)
GROUP BY relation
ORDER BY relation DESC;

\echo 'The log by partition: one far larger than the others has a table with a very long log'
SELECT stat.relname AS partition, n_live_tup AS rows, n_dead_tup AS dead_rows,
       pg_size_pretty(pg_table_size(stat.relid)) AS size,
       pg_size_pretty(pg_indexes_size(stat.relid)) AS indexes,
       greatest(last_vacuum, last_autovacuum) AS last_vacuum,
       age(relfrozenxid) AS transactions_since_freeze
FROM pg_stat_user_tables AS stat
JOIN pg_class ON pg_class.oid = stat.relid
WHERE pg_partition_root(stat.relid) = 'game_log'::regclass AND relkind = 'r'
ORDER BY stat.relname;

\echo 'What the server''s connections are doing now'
SELECT pid, state, wait_event_type, wait_event, now() - query_start AS since, left(query, 60) AS query
FROM pg_stat_activity
WHERE application_name LIKE 'pokerws%'
ORDER BY query_start;

\echo 'Migrations'
SELECT version, name, applied_at FROM schema_migrations ORDER BY version;
