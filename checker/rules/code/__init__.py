"""What the files of a skill use and mention, and which distributions that may be."""
