"""Benchmarks: medians and ratios against a named peer in one run. No timed tests."""
