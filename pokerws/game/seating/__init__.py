"""Coming to a seat, staying there and leaving it."""
