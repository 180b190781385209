"""The benchmark; bench/README.md says what it measures and how to run it."""
