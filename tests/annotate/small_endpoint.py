"""A tiny OpenAI-compatible server on a free port, whose models behave well or badly by their names."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def chunk(text=None, finish_reason=None):
    delta = {} if text is None else {"content": text}
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]}


class Stage:
    """What the server was asked, the answers by model name, and events that tests wait for and set."""

    def __init__(self):
        self.asked, self.keys, self.models = [], [], ["newest", "older"]
        self.answers = {}
        self.go_on, self.left = threading.Event(), threading.Event()


class Handler(BaseHTTPRequestHandler):
    stage: Stage

    def do_GET(self):
        self.stage.keys.append(self.headers.get("Authorization"))
        body = {"object": "list", "data": [{"id": name} for name in self.stage.models]}
        self.whole(200, json.dumps(body).encode())

    def do_POST(self):
        self.stage.keys.append(self.headers.get("Authorization"))
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.stage.asked.append(asked)
        try:
            getattr(self, asked["model"].replace("-", "_"), self.good)(asked)
        except (BrokenPipeError, ConnectionResetError):
            self.stage.left.set()

    def good(self, asked):
        """Says what the test set for this model, word by word; else how it was asked."""
        text = self.stage.answers.get(asked["model"], f"{asked['model']} at {asked['temperature']}.")
        self.head()
        for word in (text(asked) if callable(text) else text).split(" "):
            self.event(chunk(f"{word} "))
        self.event(chunk(finish_reason="stop"))
        self.event({"choices": [], "usage": {"completion_tokens": 7}})
        self.wfile.write(b"data: [DONE]\n\n")

    def waiting(self, asked):
        """Says a word, and the rest when the test lets it."""
        self.head()
        self.event(chunk("One "))
        while not self.stage.go_on.wait(0.05):
            self.wfile.write(b": still here\n\n")
        self.event(chunk(f"seed is {asked['seed']}."))
        self.event(chunk(finish_reason="stop"))
        self.wfile.write(b"data: [DONE]\n\n")

    def silent(self, _asked):
        self.head()
        self.stage.go_on.wait(30)

    def slow(self, _asked):
        self.head()
        while not self.stage.go_on.wait(0.05):
            self.event(chunk("word "))

    def half(self, _asked):
        self.head()
        self.event(chunk("An answer that"))

    def garbage(self, _asked):
        self.head()
        self.wfile.write(b"data: {not json}\n\n")

    def html(self, _asked):
        self.whole(200, b"<html>It works</html>")

    def complaining(self, _asked):
        self.head()
        self.event(chunk("An"))
        self.event({"error": {"message": "secret-model ran out of memory", "type": "server_error"}})

    def endless_line(self, _asked):
        self.head()
        for _ in range(40):
            self.wfile.write(b"data: " + b"x" * 65536)

    def endless(self, _asked):
        self.head()
        while True:
            self.event(chunk("word " * 2000))

    def empty(self, _asked):
        self.head()
        self.event(chunk(" \n"))
        self.event(chunk(finish_reason="stop"))
        self.wfile.write(b"data: [DONE]\n\n")

    def code_401(self, _asked):
        self.whole(401, b'{"error": {"message": "bad key for secret-model"}}')

    def code_404(self, _asked):
        self.whole(404, b"no secret-model")

    def code_429(self, _asked):
        self.whole(429, b"slow down")

    def code_500(self, _asked):
        self.whole(500, b"x" * 100_000)

    def code_302(self, _asked):
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()

    def head(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()

    def event(self, body):
        self.wfile.write(b"data: " + json.dumps(body).encode() + b"\r\n\r\n")

    def whole(self, code, body):
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""


@contextmanager
def small_endpoint():
    """The server's address and its stage."""
    stage = Stage()
    handler = type("Bound", (Handler,), {"stage": stage})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1", stage
        finally:
            stage.go_on.set()
            server.shutdown()
            thread.join()
