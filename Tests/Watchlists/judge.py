"""Judges watchlists by the schema: judge.py SCHEMA FILE... prints `valid`, `invalid` or `unreadable` for each file."""

import json
import sys

from jsonschema import Draft202012Validator


def refuse(word):
    raise ValueError(word + " is no JSON")


def judge(path):
    try:
        # Editors take a byte order mark as the daemon does.
        with open(path, encoding="utf-8-sig") as file:
            return "valid" if validator.is_valid(json.load(file, parse_constant=refuse)) else "invalid"
    except ValueError:
        return "unreadable"


with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for path in sys.argv[2:]:
    print(judge(path))
