"""A receiver of webhooks as another program would be: it keeps what came and answers as it is told to."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from annotate.webhooks import verify

SECRET = "a secret of some length"


class Receiver(ThreadingHTTPServer):
    """Listens on a port of its own, or again on one that it had."""

    daemon_threads = True

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.taken, self.tries, self.status = [], 0, 204
        self.hold = threading.Event()
        self.hold.set()
        self.came = threading.Event()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"

    def ids(self):
        """The events that were taken, each once, in order."""
        return list(dict.fromkeys(message["id"] for message in self.taken))

    def data(self, kind):
        """What was told of this kind, each once, in order."""
        return list({one["id"]: one["data"] for one in self.taken if one["type"] == kind}.values())

    def close(self):
        self.shutdown()
        self.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hold.set()
        self.close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.tries += 1
        server.came.set()
        server.hold.wait(60)
        event_id = verify(SECRET, dict(self.headers), body)
        if server.status < 300:
            message = json.loads(body)
            assert message["id"] == event_id
            server.taken.append(message)
        self.send_response(server.status)
        if server.status in {301, 302, 307}:
            self.send_header("Location", server.url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Nobody reads it."""
