"""Loads modules, another kernel, swap; sets clock and name; reboots."""

# group: privileges
# status: passed
# says: ["reboot: refused, EPERM", "init_module: refused, EPERM", "sethostname: refused, EPERM"]

from attempt import attempt, syscall

# None of them can do harm should it be let through: every argument is one that the kernel refuses by itself.
attempt("init_module", syscall, "init_module", 0, 0, 0)
attempt("delete_module", syscall, "delete_module", b"no_such_module", 2048)
attempt("kexec_load", syscall, "kexec_load", 0, 0xFFFF, 0, 0)
attempt("swapon", syscall, "swapon", b"/no/such/file", 0)
attempt("settimeofday", syscall, "settimeofday", 1, 0)
attempt("sethostname", syscall, "sethostname", 0, -1)
attempt("reboot", syscall, "reboot", 0, 0, 0, 0)
