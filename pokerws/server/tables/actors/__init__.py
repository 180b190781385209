"""Parts of a table's actor, each of which keeps some of its state."""
