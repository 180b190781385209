"""Offers free seats to waiting players, and adds automatic chips between hands."""
