"""Asks the cloud's metadata service for credentials."""

# group: network
# status: passed
# network: true
# rules: [network-attempt]
# says: ["metadata: refused"]

import urllib.request

from attempt import attempt

url = "http://169.254.169.254/latest/meta-data/iam/security-credentials/"
attempt("metadata", urllib.request.urlopen, url, None, 3)
