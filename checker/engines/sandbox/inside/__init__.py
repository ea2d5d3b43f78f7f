"""Programs that run inside the box, as files of the image. Standard library only, any Python from 3.8 on.

They are started as `python -I`, and are the parents of everything of the skill's that runs in their phase.
Only `audit.py` is none: every Python of the box loads it when it starts.
"""
