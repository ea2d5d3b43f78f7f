"""Prints text that reads differently from what it is."""

# group: log injection
# status: passed
# says: ['\u202e', '\u2066', '\u200b']
# never: ["\u202E", "\u2066", "\u200B"]

print("access\u202e // allowed \u2066\u200b\u2028\u2029")
