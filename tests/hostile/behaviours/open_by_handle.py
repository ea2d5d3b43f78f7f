"""Opens files of the machine by number, past every mount."""

# group: privileges
# status: passed
# says: ["handle: refused, EPERM"]

import ctypes

from attempt import attempt, syscall

handle = (ctypes.c_uint32 * 4)(8, 1, 2, 0)
attempt("handle", syscall, "open_by_handle_at", 3, handle, 0)
