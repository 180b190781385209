"""Bans, mutes, kicks and ended sessions."""
