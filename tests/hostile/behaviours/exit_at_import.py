"""The process ends with 0 while tests are collected."""

# group: lying tests
# phase: tests
# status: failed
# failures: [no report]
# rules: [sandbox]

import os

os._exit(0)
