"""Asks to be root."""

# group: privileges
# status: passed
# says: ["setuid: refused, EPERM", "setgid: refused, EPERM", "setgroups: refused, EPERM"]

import os

from attempt import attempt

attempt("setuid", os.setuid, 0)
attempt("setgid", os.setgid, 0)
attempt("setgroups", os.setgroups, [0])
