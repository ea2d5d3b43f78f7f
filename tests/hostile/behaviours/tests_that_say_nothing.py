"""Takes the runner's launcher apart from inside and makes every test pass: not prevented."""

# group: not prevented
# phase: tests
# status: passed

import pytest


@pytest.hookimpl(wrapper=True)
def _pass(item, call):
    report = yield
    report.outcome = "passed"
    return report


@pytest.fixture(autouse=True)
def _meddle(request):
    plugin = type("Plugin", (), {"pytest_runtest_makereport": staticmethod(_pass)})()
    request.config.pluginmanager.register(plugin)


def test_it(_meddle):
    assert False
