"""The hostile corpus: one small file for each behaviour, with what must happen in its header.

`behaviours/` run in the box, `trees/` are skills that lie wrong on disk or in git, `wheels/` are packages that
do more than they should. `corpus.py` reads the headers; the tests beside it pick every file up.
"""
