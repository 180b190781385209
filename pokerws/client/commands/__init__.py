"""The commands of `Client`, by what they are about."""
