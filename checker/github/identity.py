"""Who we are to GitHub: only what that account wrote is ours."""

from __future__ import annotations

from checker.github.client import Api
from checker.github.objects import User
from checker.github.trouble import Refused

#: The account behind GITHUB_TOKEN. Its token may not ask who it is.
ACTIONS = "github-actions[bot]"


def login(api: Api) -> str:
    """The token's account: a person's, else the one of GitHub Actions."""
    try:
        return api.get("/user", User).login
    except Refused:
        return ACTIONS
