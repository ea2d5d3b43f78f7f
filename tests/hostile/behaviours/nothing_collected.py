"""A file of tests without a test."""

# group: lying tests
# phase: tests
# status: failed
# failures: [no test ran]
# rules: [sandbox]


def check_it():
    assert False
