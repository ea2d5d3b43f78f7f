"""Looks for the engine's socket, where it always is and by its address."""

# group: network
# status: passed
# network: true
# rules: [network-attempt]
# says: ["/var/run/docker.sock: refused, ENOENT", "tcp: refused"]

import socket

from attempt import attempt

for path in (
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/podman/podman.sock",
):
    attempt(path, socket.socket(socket.AF_UNIX).connect, path)
attempt("tcp", socket.create_connection, ("172.17.0.1", 2375), 3)
