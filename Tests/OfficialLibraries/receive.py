"""Judges what webhooks were sent by the receivers' own libraries: receive.py FILE.

The file has one JSON object a line: `format`, `headers`, `body` (a text) and `key`. Prints what is wrong, and ends with 1 then.
"""

import json
import sys

from httpx2 import MockTransport, Response
from pagerduty import EventsApiV2Client
from slack_sdk.models.blocks import Block
from standardwebhooks.webhooks import Webhook


def signed(request):
    Webhook(request["key"]).verify(request["body"], request["headers"])
    try:
        Webhook(request["key"]).verify(request["body"] + " ", request["headers"])
    except Exception:
        return
    raise AssertionError("another body has the same signature")


def slack(request):
    message = json.loads(request["body"])
    blocks = Block.parse_all(message["blocks"])
    for block in blocks:
        block.validate_json()
    assert [block.to_dict() for block in blocks] == message["blocks"], "the library writes other blocks"
    assert set(message) == {"text", "blocks"}


def pagerduty(request):
    sent = []

    def enqueue(call):
        sent.append((str(call.url), json.loads(call.content)))
        return Response(202, json={"status": "success", "message": "Event processed", "dedup_key": "k"})

    event = json.loads(request["body"])
    client = EventsApiV2Client(request["key"], transport=MockTransport(enqueue))
    if event["event_action"] == "trigger":
        payload = dict(event["payload"])
        client.trigger(
            payload.pop("summary"), payload.pop("source"), dedup_key=event["dedup_key"],
            severity=payload.pop("severity"), custom_details=payload.pop("custom_details"), payload=payload)
    else:
        client.resolve(event["dedup_key"])
    assert sent == [("https://events.pagerduty.com/v2/enqueue", event)], f"the library sends {sent}"


judges = {"signed": signed, "slack": slack, "pagerduty": pagerduty}
status = 0
with open(sys.argv[1], encoding="utf-8") as file:
    for line in file:
        request = json.loads(line)
        try:
            judges[request["format"]](request)
        except Exception as error:
            print(f"{request['format']}: {type(error).__name__}: {error}")
            status = 1
sys.exit(status)
