"""Prints what would end a code block, a table cell or a comment."""

# group: log injection
# status: passed
# says: [done]
# never_in_page: [h1, img]

print("```\n````\n~~~\n# forged\n| a | b |\n<img src=x onerror=1>\n<!-- proctor -->\n@octocat #1\ndone")
