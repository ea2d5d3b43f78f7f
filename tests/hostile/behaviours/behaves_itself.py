"""Does harm only on Tuesdays, say: what is not done while it is watched is not seen."""

# group: not prevented
# status: passed
# says: [fine]

import time

if time.time() < 0:
    raise SystemExit("harm")
print("fine")
