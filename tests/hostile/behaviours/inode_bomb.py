"""Makes empty files until there are no inodes."""

# group: bombs
# status: passed
# says: ["inodes: refused, ENOSPC"]

from attempt import attempt


def fill():
    for number in range(100_000):
        open(f"/tmp/{number}", "w").close()


attempt("inodes", fill)
