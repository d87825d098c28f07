"""A hub on this machine: as much of the Hugging Face hub's protocol as its own client speaks on a download."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """Repositories by name, and what goes wrong with them.

    ``instead`` holds bytes that are sent in place of a file's; ``cut`` files break off halfway and the hub is
    gone from then on; with a ``status`` it answers nothing else, with the ``code`` of an error; ``stalled`` is
    set when a file of ``stall`` was sent halfway, and then nothing more comes.
    """

    repositories: dict[str, Mapping[str, bytes]] = field(default_factory=dict)
    license: str = "mit"
    instead: dict[str, bytes] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    stall: set[str] = field(default_factory=set)
    stalled: threading.Event = field(default_factory=threading.Event)
    going: threading.Event = field(default_factory=threading.Event)
    status: int = 0
    code: str = ""
    asked: list[str] = field(default_factory=list)

    def listing(self, name: str) -> list[dict[str, Any]]:
        """Each file as the hub lists it: weights by their SHA-256, small files by git's hash."""
        found = []
        for file, content in self.repositories[name].items():
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            entry: dict[str, Any] = {"rfilename": file, "path": file, "type": "file", "size": len(content)}
            entry |= {"blobId": blob, "oid": blob}
            if file.endswith(".safetensors"):
                entry["lfs"] = {"sha256": _sha256(content), "oid": _sha256(content), "size": len(content)}
                entry["lfs"]["pointerSize"] = 134
            found.append(entry)
        return found

    def start(self) -> ThreadingHTTPServer:
        """Serve on a free port, in a thread."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answers", (_Answers,), {"hub": self}))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return server


class _Answers(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.hub.asked.append(f"{self.command} {path}")
        if self.hub.status:
            return self._send({}, self.hub.status, {"X-Error-Code": self.hub.code})
        name = next((one for one in self.hub.repositories if f"/{one}/" in f"{path}/"), None)
        if name is None:
            return self._send({"error": "Repository not found"}, 404, {"X-Error-Code": "RepoNotFound"})
        if path == f"/api/models/{name}" or path.startswith(f"/api/models/{name}/revision/"):
            card = {"license": self.hub.license}
            siblings = self.hub.listing(name)
            return self._send({"id": name, "sha": COMMIT, "cardData": card, "tags": [], "siblings": siblings})
        if path.startswith(f"/api/models/{name}/tree/"):
            return self._send(self.hub.listing(name))
        found = re.fullmatch(rf"/{name}/resolve/{COMMIT}/(.+)", path)
        if found is None:
            return self._send({"error": "Entry not found"}, 404, {"X-Error-Code": "EntryNotFound"})
        return self._file(name, found[1])

    def _file(self, name: str, file: str) -> None:
        entry = next(one for one in self.hub.listing(name) if one["path"] == file)
        content = self.hub.instead.get(file, self.hub.repositories[name][file])
        etag = entry["lfs"]["sha256"] if "lfs" in entry else entry["oid"]
        self.send_response(200)
        for header, value in {
            "ETag": f'"{etag}"',
            "X-Repo-Commit": COMMIT,
            "Content-Length": len(content),
        }.items():
            self.send_header(header, str(value))
        self.end_headers()
        if self.command == "HEAD":
            return
        half = len(content) // 2 if file in self.hub.cut | self.hub.stall else len(content)
        self.wfile.write(content[:half])
        self.wfile.flush()
        if file in self.hub.stall:
            self.hub.stalled.set()
            self.hub.going.wait(60)
        elif file in self.hub.cut:
            self.server.socket.close()
            self.close_connection = True

    def _send(self, document: object, status: int = 200, headers: Mapping[str, str] = {}) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        for header, value in {
            **headers,
            "Content-Type": "application/json",
            "Content-Length": len(body),
        }.items():
            self.send_header(header, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
