"""One client each: decoding, rate limits, handlers, the outbox."""
