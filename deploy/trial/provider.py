"""A provider of models in the machine's network, run from this side: this file is also the program that serves it."""
import http.server
import json
import os
import subprocess
import sys
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

    def expect(self, line):
        if (found := self.process.stdout.readline().strip()) != line:
            raise AssertionError(f"the provider says {found!r}, not {line}")

    def calls(self):
        """How many calls it has answered."""
        print("null", file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())

    def end(self):
        self.process.kill()
        self.process.wait()


def serve(key):
    state, calls = {"model": "m-2026-01-01"}, []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = self.headers["Authorization"] == f"Bearer {key}"
            answer = {"id": "1", "object": "chat.completion", "created": 1, "model": state["model"],
                      "choices": [{"index": 0, "message": {"role": "assistant", "content": "a"}, "finish_reason": "stop"}],
                      "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}
            refusal = {"error": {"message": "Incorrect API key provided.", "type": "invalid_request_error",
                                 "code": "invalid_api_key"}}
            body = json.dumps(answer if known else refusal).encode()
            calls.append(asked["model"])
            if state.get("hang"):
                return time.sleep(600)
            self.send_response(200 if known else 401)
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
    print("ready", flush=True)
    for line in sys.stdin:
        if settings := json.loads(line):
            state.clear()
            state.update(settings)
            print("served", flush=True)
        else:
            print(len(calls), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1])
