"""Builders, fakes and loopback servers that the tests share."""
