"""What an operator sees of the machine, and asks it."""
import json
import re
import shlex

from machine import until


class Operator:
    """What the steps share: the machine, the provider, and an operator's questions."""

    WATCHLIST = "/etc/prompterd/watchlist.json"
    EXAMPLES = "/usr/share/doc/prompterd/examples"
    KEY = "sk-test-0123456789abcdef0123456789abcdef"

    def __init__(self, machine, package):
        self.machine, self.package = machine, package
        self.run, self.write = machine.run, machine.write
        self.provider = None
        # What the journal may say at warning and above: each step adds what it causes.
        self.expected = []

    def unit(self, name):
        """A property of the service."""
        return self.run(f"systemctl show --value --property {name} prompterd").strip()

    def journal(self, since):
        return self.run(f"journalctl --quiet --output cat --unit prompterd --after-cursor {shlex.quote(since)}")

    def cursor(self):
        """Where the journal ends now."""
        return re.search(r"-- cursor: (.*)", self.run("journalctl --show-cursor --lines 0"))[1]

    def says(self, text, since, seconds=30):
        until(lambda: text in self.journal(since), seconds, f"the journal says {text!r}, but only:\n{self.journal(since)}")

    def ensure(self, template, **question):
        """What the API answers over its socket."""
        return json.loads(self.run(
            f"curl -sS --unix-socket /run/prompterd/api.sock --json {shlex.quote(json.dumps(question))}"
            f" http://localhost/v1/templates/{template}/ensure-version"))

    def watchlist(self, *watches, interval="1s", tell=None):
        provider = {"dialect": "openai-compatible", "base_url": "http://127.0.0.1:8000/v1"}
        defaults = {"interval": interval, "timeout": interval} | ({"on_change": tell} if tell else {})
        document = {"defaults": defaults, "providers": {"openai": provider}, "watches": [
            {"template": template, "provider": "openai", "model": "m"} for template in watches]}
        return json.dumps(document, indent=2)

    def metric(self, name):
        """A metric as node_exporter shows it; `None` if it does not."""
        found = re.search(rf"^{name}(?:{{[^}}]*}})? (\S+)$", self.run("curl -sS 127.0.0.1:9100/metrics"), re.M)
        return float(found[1]) if found else None

    def becomes(self, name, value, seconds=40):
        until(lambda: self.metric(name) == value, seconds, f"{name} is {value}")

    def prometheus(self, query):
        found = json.loads(self.run(f"curl -sSG 127.0.0.1:9090/api/v1/query --data-urlencode {shlex.quote('query=' + query)}"))
        return found["data"]["result"]

    def number(self, query):
        return int(self.run(f"sqlite3 -readonly /var/lib/prompterd/prompterd.db {shlex.quote(query)}"))
