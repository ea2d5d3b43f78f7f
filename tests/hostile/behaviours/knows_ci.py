"""Behaves itself when CI variables are set: in the box there are none."""

# group: not prevented
# status: passed
# says: ["variables: []"]

import os

NAMES = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "PYTEST_CURRENT_TEST", "BUILD_ID", "TF_BUILD", "PROCTOR")
print("variables:", [name for name in os.environ if name.startswith(NAMES)])
