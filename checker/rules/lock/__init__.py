"""What can be said of a lock: its graph, its origin, whether it is in step, how it is written."""
