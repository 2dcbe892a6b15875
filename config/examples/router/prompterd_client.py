"""Asks prompterd which version serves a template: the service layer's ensure_version_service, by HTTP."""

import datetime
import http.client
import json
import os
import socket
import urllib.parse

# Longer than prompterd takes to answer 504: twice a probe's usual timeout, and some seconds for the store.
TIMEOUT = 75


class VersionUnavailable(Exception):
    """There is no version: `status` is HTTP's, `problem` what prompterd says (RFC 9457)."""

    def __init__(self, status, problem, retry_after=None):
        super().__init__(problem.get("detail") or problem.get("title") or f"status {status}")
        self.status = status
        self.problem = problem
        self.retry_after = retry_after


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _connection():
    address = os.environ.get("PROMPTERD_API", "unix:/run/prompterd/api.sock")
    if address.startswith("unix:"):
        return _UnixConnection(address.removeprefix("unix:"), TIMEOUT)
    return http.client.HTTPConnection(address.removeprefix("http://"), timeout=TIMEOUT)


def _answer(status, content):
    """What prompterd says, as a dict; None where something else, such as a proxy, has answered."""
    try:
        answer = json.loads(content)
        if status == 200:
            answer["captured_at"] = datetime.datetime.fromisoformat(answer["captured_at"].removesuffix("Z"))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return answer if isinstance(answer, dict) else None


def ensure_version_service(
    db=None,
    *,
    template_id,
    org_id=None,
    workspace_id=None,
    provider=None,
    model_id=None,
    system_instructions=None,
    inference_params=None,
    force=False,
    redis=None,
):
    """The version that serves the template now, as a dict; see `config/README.md` for its members. `captured_at` is a
    datetime in UTC without a zone, as the service layer's was.

    Raises VersionUnavailable where prompterd has none, or something else answers in its place, and OSError where nobody does.
    """
    body = {
        "org_id": org_id,
        "workspace_id": workspace_id,
        "provider": provider,
        "model_id": model_id,
        "system_instructions": system_instructions,
        "inference_params": inference_params,
        "force": force,
    }
    path = f"/v1/templates/{urllib.parse.quote(str(template_id), safe='')}/ensure-version"
    connection = _connection()
    try:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        content = response.read()
    except http.client.HTTPException as error:
        raise VersionUnavailable(502, {"title": "Bad Gateway", "detail": f"no answer of HTTP: {error!r}"}) from error
    finally:
        connection.close()
    answer = _answer(response.status, content)
    if response.status == 200 and answer is not None:
        return answer
    # A redirect, or a success that is not prompterd's, is no answer to pass on.
    status = response.status if response.status >= 400 else 502
    raise VersionUnavailable(status, answer or {"title": response.reason}, response.headers.get("Retry-After"))
