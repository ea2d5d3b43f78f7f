"""Draw a table, in colour where that can be had."""

try:
    import rich
except ImportError:
    rich = None
