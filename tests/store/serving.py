"""An owner that answers over HTTP, as the web app does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from store import owner
from store.database import Store
from store.errors import HoneError, RequestError
from store.identity import canonical
from store.owner import Owner
from store.verbs import VERBS
from store.verbs.roles import HONE, simulated


class Serving(ThreadingHTTPServer):
    """A store behind `/api/verbs`, as the web app serves it."""

    def __init__(self, store: Store) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.store = store
        self.token = ""


class Handler(BaseHTTPRequestHandler):
    server: Serving

    def do_POST(self) -> None:
        name = self.path.removeprefix("/api/verbs/")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, answer = 200, {}
        try:
            if self.headers["Authorization"] != f"Bearer {self.server.token}":
                raise RequestError("Expected the home's token.")
            actor = HONE
            if self.headers["X-Hone-As"]:
                with self.server.store.reading() as db:
                    actor = simulated(db, HONE, self.headers["X-Hone-As"])
            verb = VERBS[name]
            reply = verb.function(self.server.store, actor, verb.request.validate_json(body))
            answer = {"ok": verb.reply.dump_python(reply, mode="json")}
        except HoneError as error:
            status, answer = 409, {"error": str(error)}
        self.send_response(status)
        self.end_headers()
        self.wfile.write(canonical(answer).encode())

    def log_message(self, *args: object) -> None:
        """Silent."""


@contextmanager
def serving(store: Store) -> Iterator[Owner]:
    """Announces the store's owner, who answers until the block ends."""
    server = Serving(store)
    announced = owner.announce(store.home, f"http://127.0.0.1:{server.server_port}")
    server.token = announced.token
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield announced
    server.shutdown()
    thread.join()
    server.server_close()
