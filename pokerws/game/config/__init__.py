"""A table's configuration: its fields, how they fit together, and the stakes that follow."""
