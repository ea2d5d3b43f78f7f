"""What an advisory means for a pin: does it count, since when, and which upgrade clears it."""
