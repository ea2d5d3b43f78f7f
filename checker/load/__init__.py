"""From files to model: the only parser, and it keeps file and line of every value."""
