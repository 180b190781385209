"""The commands about all servers of a database: `nodes` and `move`."""
