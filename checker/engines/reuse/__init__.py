"""What earlier runs saw, used again in place of asking: answers of scanners, evidence of the sandbox.

`docs/caching.md` says what is kept, for how long, and who may write.
"""
