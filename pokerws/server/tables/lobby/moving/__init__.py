"""Tables that go from one server to another."""
