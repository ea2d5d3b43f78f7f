"""GitHub: what an event brings to compare, and a verdict as comment, summary, outputs and issue."""
