"""A plugin of its own throws every test away after it was collected."""

# group: lying tests
# phase: tests
# status: failed
# failures: [no test ran]
# rules: [sandbox]
# command: [python, -m, pytest, -q, -p, hostile.deselected, hostile/deselected.py]


def pytest_collection_modifyitems(items):
    items.clear()


def test_it():
    assert False
