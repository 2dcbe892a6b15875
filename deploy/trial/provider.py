"""A provider of models in the machine's network, run from this side: this file is also the program that serves it."""
import http.server
import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import time


class Provider:
    """The provider, as the steps see it."""

    def __init__(self, machine, key):
        self.machine = machine
        command = machine.entered([sys.executable, os.path.abspath(__file__), key])
        # Only its network is the machine's: the program and its Python are of this side.
        command = [part for part in command if part not in ("--mount", "--uts", "--ipc", "--pid")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.expect("ready")

    def serve(self, **settings):
        """From now on: `model`, the name that it answers with, or `hang=True` to answer nothing."""
        print(json.dumps(settings), file=self.process.stdin, flush=True)
        self.expect("served")

    def secure(self, authority):
        """From now on it serves TLS on port 8443, too, with a certificate that it writes to `authority`."""
        self.serve(authority=str(authority))

    def expect(self, line):
        if (found := self.process.stdout.readline().strip()) != line:
            raise AssertionError(f"the provider says {found!r}, not {line}")

    def calls(self):
        """The models of the calls that it has answered, and `hook` for each webhook."""
        print("null", file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.kill()
        self.process.wait()


def serve(key):
    state, calls = {"model": "m-2026-01-01"}, []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            models = [{"id": name, "object": "model", "created": 1, "owned_by": "trial"} for name in ("m", "s", "f")]
            self.answer(200, {"object": "list", "data": models})

        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/hook":
                calls.append("hook")
                signed = all(self.headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
                return self.answer(200 if signed else 400, {})
            # A key that was rotated has the same beginning.
            known = self.headers["Authorization"].startswith(f"Bearer {key}")
            answer = {"id": "1", "object": "chat.completion", "created": 1, "model": state["model"],
                      "choices": [{"index": 0, "message": {"role": "assistant", "content": "a"}, "finish_reason": "stop"}],
                      "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}
            refusal = {"error": {"message": "Incorrect API key provided.", "type": "invalid_request_error",
                                 "code": "invalid_api_key"}}
            calls.append(asked["model"])
            if state.get("hang"):
                return time.sleep(600)
            self.answer(200 if known else 401, answer if known else refusal)

        def answer(self, status, value):
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_):
            """Whoever hung up meanwhile wants no answer."""

    server = Server(("127.0.0.1", 8000), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def secure(authority):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-addext",
                            "subjectAltName=DNS:localhost", "-days", "2", "-keyout", f"{folder}/key", "-out", authority],
                           check=True, capture_output=True)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(authority, f"{folder}/key")
        other = Server(("127.0.0.1", 8443), Handler)
        other.socket = context.wrap_socket(other.socket, server_side=True)
        threading.Thread(target=other.serve_forever, daemon=True).start()

    print("ready", flush=True)
    for line in sys.stdin:
        if settings := json.loads(line):
            if authority := settings.pop("authority", None):
                secure(authority)
            state.update({"hang": False} | settings)
            print("served", flush=True)
        else:
            print(json.dumps(calls), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1])
