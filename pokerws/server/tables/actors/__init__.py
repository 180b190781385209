"""Parts of a table's actor, each with some of its state."""
