"""Seats that are offered to those who wait, and chips that are added between hands."""
