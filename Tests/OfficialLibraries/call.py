"""Calls the fake provider with the providers' own libraries: call.py URL prints one JSON line for each call.

`call` names it, `model` is what the library read from the answer, `error` the class of what it raised and `status` its status.
"""

import json
import sys

import anthropic
import openai
from google import genai
from google.genai import errors, types

url = sys.argv[1]
key = "canary-key"
message = [{"role": "user", "content": "x"}]


def report(call, make):
    try:
        print(json.dumps({"call": call, **make()}))
    except (openai.APIStatusError, anthropic.APIStatusError) as error:
        print(json.dumps({"call": call, "error": type(error).__name__, "status": error.status_code}))
    except errors.APIError as error:
        print(json.dumps({"call": call, "error": type(error).__name__, "status": error.code}))


def chat(client, model, **cap):
    answer = client.chat.completions.create(model=model, messages=message, stream=False, **cap)
    usage = answer.usage
    return {
        "model": answer.model, "fingerprint": answer.system_fingerprint,
        "input": usage.prompt_tokens, "output": usage.completion_tokens,
    }


def responses(client, model):
    answer = client.responses.create(model=model, input="x", max_output_tokens=16, store=False, stream=False)
    return {"model": answer.model, "input": answer.usage.input_tokens, "output": answer.usage.output_tokens}


def messages(client, model):
    answer = client.messages.create(model=model, max_tokens=1, messages=message, stream=False)
    return {"model": answer.model, "input": answer.usage.input_tokens, "output": answer.usage.output_tokens}


def generate(client, model):
    config = types.GenerateContentConfig(max_output_tokens=1)
    contents = [types.Content(role="user", parts=[types.Part(text="x")])]
    answer = client.models.generate_content(model=model, contents=contents, config=config)
    usage = answer.usage_metadata
    return {
        "model": answer.model_version, "input": usage.prompt_token_count,
        "output": (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0),
    }


def google_lookup(client, model):
    answer = client.models.get(model=model)
    return {"model": answer.name}


plain = openai.OpenAI(api_key=key, base_url=url + "/v1", max_retries=0)
classic = openai.AzureOpenAI(api_key=key, azure_endpoint=url, api_version="2024-10-21", max_retries=0)
azure = openai.OpenAI(api_key=key, base_url=url + "/openai/v1", max_retries=0, default_headers={"api-key": key})
claude = anthropic.Anthropic(api_key=key, base_url=url, max_retries=0)
gemini = genai.Client(api_key=key, http_options=types.HttpOptions(base_url=url, api_version="v1beta"))

for model in ["m", "status-400", "status-401", "status-403", "status-404", "status-429", "status-500", "status-503"]:
    suffix = "" if model == "m" else " " + model
    report("openai chat" + suffix, lambda: chat(plain, model, max_completion_tokens=16))
    report("openai responses" + suffix, lambda: responses(plain, model))
    report("openai lookup" + suffix, lambda: {"model": plain.models.retrieve(model).id})
    report("azure-openai classic" + suffix, lambda: chat(classic, model, max_completion_tokens=16))
    report("azure-openai v1" + suffix, lambda: chat(azure, model, max_completion_tokens=16))
    report("openai-compatible chat" + suffix, lambda: chat(plain, model, max_tokens=16))
    report("anthropic messages" + suffix, lambda: messages(claude, model))
    report("anthropic lookup" + suffix, lambda: {"model": claude.models.retrieve(model).id})
    report("google generate" + suffix, lambda: generate(gemini, model))
    report("google lookup" + suffix, lambda: google_lookup(gemini, model))
