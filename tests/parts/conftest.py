from __future__ import annotations

from tests.cli import conftest as cli
from tests.github import conftest as github_jobs

proctor = cli.proctor
repo = cli.repo
github = github_jobs.github
jobs = github_jobs.jobs
