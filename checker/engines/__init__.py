"""The outside world: one file for each tool that Proctor asks. Nothing here knows a check."""
