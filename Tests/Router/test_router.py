"""The service layer's own tests, in their own words, against a router that asks prompterd.

PROMPTERD_API names a daemon whose provider "openai" is a stub, and whose provider "down" refuses connections.
"""

import datetime
import http.server
import os
import sys
import threading

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

sys.path.insert(0, os.environ["ROUTER"])

import after
import prompterd_client


@pytest.fixture
def client():
    app = FastAPI()
    app.include_router(after.router)
    return TestClient(app)


def metrics():
    connection = prompterd_client._connection()
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def count(name, **labels):
    total = 0.0
    for line in metrics().splitlines():
        if line.startswith(name + "{") and all(f'{key}="{value}"' in line for key, value in labels.items()):
            total += float(line.rsplit(" ", 1)[1])
    return total


def test_ensure_version_records_metrics():
    attempts = count("prompter_probe_attempts_total", provider="openai", model="gpt-4o")
    failures = count("prompter_probe_failures_total", provider="openai", model="gpt-4o")
    result = prompterd_client.ensure_version_service(
        org_id="org1", workspace_id="ws1", template_id="tpl1", provider="openai", model_id="gpt-4o"
    )
    assert result["provider_version_key"].startswith("fp_stub_")
    assert result["is_new"] and result["source"] == "probed"
    # The service layer's probes returned datetime.utcnow().
    age = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - result["captured_at"]
    assert datetime.timedelta(seconds=-1) < age < datetime.timedelta(minutes=1)
    assert count("prompter_probe_attempts_total", provider="openai", model="gpt-4o") == attempts + 1
    assert count("prompter_probe_failures_total", provider="openai", model="gpt-4o") == failures


def test_a_failure_is_counted_and_raised():
    with pytest.raises(prompterd_client.VersionUnavailable) as raised:
        prompterd_client.ensure_version_service(template_id="tpl1", provider="down", model_id="m")
    assert raised.value.status == 502 and raised.value.problem["failure"] == "connection"
    assert count("prompter_probe_failures_total", provider="down", model="m") == 1


def test_metrics_endpoint_shows_probes(client):
    response = client.post("/api/prompt-templates/tpl2/ensure-version", json={"provider": "openai", "model_id": "gpt-4o-mini"})
    assert response.status_code == 200, response.text
    first = response.json()
    again = client.post("/api/prompt-templates/tpl2/ensure-version", json={"provider": "openai", "model_id": "gpt-4o-mini"})
    assert again.json()["version_id"] == first["version_id"] and again.json()["source"] == "known"
    text = metrics()
    assert "prompter_probe_attempts_total" in text
    assert 'provider="openai"' in text


def test_what_is_not_there_is_the_callers_error(client):
    response = client.post("/api/prompt-templates/tpl2/ensure-version", json={"provider": "nobody", "model_id": "m"})
    assert response.status_code == 404
    assert "no provider named" in response.json()["detail"]["detail"]


@pytest.mark.parametrize(("template", "status"), [("", 404), ("t" * 1000, 400)])
def test_what_is_no_template_is_refused(template, status):
    with pytest.raises(prompterd_client.VersionUnavailable) as raised:
        prompterd_client.ensure_version_service(template_id=template, provider="openai", model_id="gpt-4o")
    assert raised.value.status == status and raised.value.problem["status"] == status


@pytest.fixture
def asked_through(client, monkeypatch):
    """What the router answers where its prompterd is something that sends these bytes, whatever it is asked."""

    def ask(sent):
        class Other(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.wfile.write(sent)

            def log_message(self, *_):
                pass

        other = http.server.HTTPServer(("127.0.0.1", 0), Other)
        threading.Thread(target=other.serve_forever, daemon=True).start()
        monkeypatch.setenv("PROMPTERD_API", f"127.0.0.1:{other.server_port}")
        response = client.post("/api/prompt-templates/tpl1/ensure-version", json={"provider": "openai", "model_id": "gpt-4o"})
        other.shutdown()
        return response

    return ask


@pytest.mark.parametrize("body", ["<h1>Sorry</h1>", '["upstream"]', '"bad gateway"', "null"])
def test_a_proxys_failure_is_a_failure_with_its_status(asked_through, body):
    response = asked_through(f"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\n\r\n{body}".encode())
    assert response.status_code == 503 and response.headers["Retry-After"] == "7"
    assert response.json()["detail"] == {"title": "Service Unavailable"}


@pytest.mark.parametrize("body", ["<h1>Hello</h1>", "[]", '"ok"', '{"ok": true}', '{"captured_at": 7}', '{"captured_at": "now"}'])
def test_a_success_that_is_not_prompterds_is_a_failure(asked_through, body):
    assert asked_through(f"HTTP/1.1 200 OK\r\n\r\n{body}".encode()).status_code == 502


@pytest.mark.parametrize(
    "sent", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"]
)
def test_what_is_no_answer_is_a_failure(asked_through, sent):
    assert asked_through(sent).status_code == 502
