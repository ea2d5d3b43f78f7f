"""Fills /dev/shm."""

# group: bombs
# status: passed
# says: ["shm: refused, ENOSPC"]

from attempt import attempt


def fill():
    for number in range(100):
        with open(f"/dev/shm/{number}", "wb", buffering=0) as file:
            if file.write(b"x" * (1 << 20)) < 1 << 20:
                file.write(b"x")


attempt("shm", fill)
