"""Writes to every place but /tmp."""

# group: privileges
# status: passed
# rules: [wrote-outside]
# says: ["/etc/passwd: refused", "/skill/x: refused, EROFS"]

from attempt import attempt

for path in ("/etc/passwd", "/skill/x", "/skill/hostile/attempt.py", "/opt/proctor/children.py"):
    attempt(path, open, path, "w")
for path in ("/opt/skill_env/bin/python", "/usr/lib/x", "/x", "/dev/x", "/proc/self/x", "/run/x", "/var/x"):
    attempt(path, open, path, "w")
