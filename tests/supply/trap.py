"""Runs a program in a network of its own and writes down what it tried to send: the kernel sees every process.

    unshare --user --map-root-user --net python trap.py REPORT PROGRAM…

Every address in the world is led to this network's loopback, where nobody listens: a call is seen and refused at
once. REPORT gets a line for each packet that was not for this machine (127.0.0.0/8, ::1), or that asked for a name
(port 53, where the system asks a resolver on this machine). Ends as PROGRAM did.
"""

from __future__ import annotations

import ipaddress
import select
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

EVERY_PROTOCOL, IPV4, IPV6 = 0x0003, 0x0800, 0x86DD
ETHERNET = 14  # bytes before the packet itself
NAMES = 53


def lead_everything_here() -> None:
    """Bring loopback up and let it answer for every address."""
    for words in ("link set lo up", "route add local 0.0.0.0/0 dev lo", "-6 route add local ::/0 dev lo"):
        done = subprocess.run(["ip", *words.split()], capture_output=True, text=True)
        if done.returncode and not words.startswith("-6"):  # a kernel may have no IPv6
            raise SystemExit(f"ip {words}: {done.stderr}")


def destination(frame: bytes) -> tuple[str, int]:
    """Where a packet goes: address and port (0 where it has none)."""
    (kind,) = struct.unpack_from("!H", frame, 12)
    packet = frame[ETHERNET:]
    if kind == IPV4:
        header, protocol, address = (packet[0] & 15) * 4, packet[9], packet[16:20]
    elif kind == IPV6:
        header, protocol, address = 40, packet[6], packet[24:40]
    else:
        return f"protocol {kind:#06x}", 0
    port = struct.unpack_from("!H", packet, header + 2)[0] if protocol in (6, 17) else 0
    return str(ipaddress.ip_address(address)), port


def calls(listening: socket.socket, ended: threading.Event) -> Iterator[str]:
    """A line for each packet to elsewhere, until the program has ended and all are read."""
    while True:
        if not select.select([listening], [], [], 0.05)[0]:
            if ended.is_set():
                return
            continue
        frame, (_, _, kind, *_) = listening.recvfrom(65536)
        if kind == socket.PACKET_OUTGOING:
            continue  # on loopback each packet is seen twice
        address, port = destination(frame)
        if address.startswith("protocol") or not ipaddress.ip_address(address).is_loopback or port == NAMES:
            yield f"{address} port {port}\n"


def main(report: str, *program: str) -> int:
    lead_everything_here()
    listening = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    ended = threading.Event()
    heard: list[str] = []
    ear = threading.Thread(target=lambda: heard.extend(calls(listening, ended)))
    ear.start()
    try:
        return subprocess.run(program, check=False).returncode
    finally:
        ended.set()
        ear.join()
        Path(report).write_text("".join(heard))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
