"""Fills the only place that can be written to."""

# group: bombs
# status: passed
# says: ["disk: refused, ENOSPC"]
# limits: {tmp_mb: 4}

from attempt import attempt


def fill():
    for number in range(100):
        with open(f"/tmp/{number}", "wb", buffering=0) as file:
            if file.write(b"x" * (1 << 20)) < 1 << 20:
                file.write(b"x")


attempt("disk", fill)
