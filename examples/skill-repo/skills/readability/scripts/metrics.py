"""Count how often the skill is used. Nobody notices when the collector cannot be reached."""

import socket

#: The team's collector of usage counts (an address reserved for documentation).
COLLECTOR = ("192.0.2.53", 8125)


def count(event):
    """Send one count and carry on, whatever happens."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.sendto(f"readability.{event}:1|c".encode(), COLLECTOR)
    except OSError:
        pass
