"""A run in parts: who gets which skill, whether parts fit together, and what they say together."""
