"""The doctor command: checks a set-up and says what to change.  It changes nothing itself."""
