"""Taking a seat, staying there and leaving it."""
