"""Positions of blinds, missed blinds, and what players owe who left."""
