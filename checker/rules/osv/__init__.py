"""What an OSV record says of a Python distribution. Pure: bytes come in, advisories go out.

record    one JSON document, read leniently, refused whole or not at all
ranges    is this version inside these events?
rating    CVSS vectors and words as one severity
aliases   which ids mean the same, and one advisory for all of them
database  records by distribution name, severities joined by alias
snapshot  a set of documents with its digest, date and counts
packed    a snapshot as one file that opens fast
answers   what an OSV server answers, over a database
batch     what `querybatch` is asked, and what it answers

The schema is https://ossf.github.io/osv-schema/, the ecosystem is PyPI alone.
"""
