"""A daemon whose name is made of terminal codes and a workflow command."""

# group: processes
# status: passed
# leftovers: true
# rules: [orphan-process]
# never: ["\e[31m", "\r"]

import os
import subprocess
import sys

name = "\x1b[31m\r\n::error::forged"
subprocess.Popen(
    [name, "-c", "import time; time.sleep(600)"], executable=sys.executable, start_new_session=True
)
