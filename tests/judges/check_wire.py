#!/usr/bin/env python3
"""Holds an emulator's journal against Replicate's OpenAPI document.

    check_wire.py SPEC.json JOURNAL.json

SPEC.json is the API's own document, JOURNAL.json what `GET /__emulator/journal` gave. Needs `pip install jsonschema`.
Every recorded request is looked up in the document: its path and method, its query, its headers, its body, the answer's
status and the answer's body. Prints each difference, or how much was checked.

Known differences between the document and the real service are not hidden in the code:

* The document lists few errors. The real service answers every operation with problems of 400, 401, 402, 403, 404, 413,
  422, 429 and 5xx, so these are checked for the form of a problem instead.
* The document writes `nullable: true`, which OpenAPI 3.1 does not know any more; it is read as 3.0 meant it.
* The document's `oneOf` for `version` has two branches that both fit `hidden`; it is read as `anyOf`.
* A scripted fault may answer with anything, so answers of faulted requests are not checked; their requests are.
"""

import copy
import json
import re
import sys
import urllib.parse

from jsonschema import Draft202012Validator

METHODS = ("get", "post", "put", "patch", "delete")
PROBLEM = {
    "type": "object",
    "required": ["detail", "status"],
    "properties": {
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "status": {"type": "integer"},
        "retry_after": {"type": "number"},
        "invalid_fields": {
            "type": "array",
            "items": {"type": "object", "required": ["type", "field", "description"]},
        },
    },
}


def resolve(document, node):
    """Follows `$ref`, reads `nullable` and `oneOf` as said above, all the way down."""
    if isinstance(node, list):
        return [resolve(document, item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        return resolve(document, target)
    node = {key: resolve(document, value) for key, value in node.items()}
    if "oneOf" in node:
        node["anyOf"] = node.pop("oneOf")
    if node.pop("nullable", False) and "type" in node:
        kinds = node["type"] if isinstance(node["type"], list) else [node["type"]]
        node["type"] = kinds + ["null"]
        if "enum" in node:
            node["enum"] = node["enum"] + [None]
    return node


class Document:
    """The operations of an OpenAPI document."""

    def __init__(self, document):
        self.document = document
        self.operations = []
        for path, operations in document["paths"].items():
            pattern = re.compile("/v1" + re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)) + "$")
            shared = operations.get("parameters", [])
            for method in METHODS:
                if method in operations:
                    operation = copy.copy(operations[method])
                    operation["parameters"] = resolve(document, shared + operation.get("parameters", []))
                    # Fixed paths come before those with parameters.
                    self.operations.append((path.count("{"), pattern, method, operation))
        self.operations.sort(key=lambda entry: entry[0])

    def find(self, method, path):
        for _, pattern, known, operation in self.operations:
            if known == method.lower() and pattern.match(path):
                return operation
        return None

    def wrong(self, schema, value):
        """What is wrong with a value, or nothing."""
        errors = Draft202012Validator(resolve(self.document, schema)).iter_errors(value)
        return [f"{'/'.join(map(str, error.absolute_path)) or 'body'}: {error.message[:200]}" for error in errors]


def check_request(document, operation, request):
    """The differences of a request."""
    query = dict(urllib.parse.parse_qsl(request["query"], keep_blank_values=True))
    places = {"query": query, "header": {name.lower(): value for name, value in request["headers"].items()}}
    for parameter in operation["parameters"]:
        values = places.get(parameter["in"])
        if values is None:
            continue
        name = parameter["name"].lower() if parameter["in"] == "header" else parameter["name"]
        if name not in values:
            if parameter.get("required"):
                yield f"{parameter['in']} {parameter['name']} is missing"
            continue
        schema = dict(parameter.get("schema", {}))
        value = values[name]
        if schema.get("type") == "integer" and value.lstrip("-").isdigit():
            value = int(value)
        for text in document.wrong(schema, value):
            yield f"{parameter['in']} {parameter['name']}: {text}"
    known = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}
    # Page links are the service's own.
    for name in sorted(set(query) - known - {"cursor"}):
        yield f"query {name} is in no document"
    content = resolve(document.document, operation.get("requestBody", {})).get("content", {})
    kind = request["headers"].get("content-type", "").split(";")[0]
    if not content:
        if request["body"] is not None:
            yield "a body where none belongs"
    elif kind not in content:
        yield f"content-type {kind!r} instead of {' or '.join(content)}"
    elif kind == "application/json":
        yield from document.wrong(content[kind]["schema"], request["body"])


def check_answer(document, operation, request):
    """The differences of an answer."""
    status, answer = request["status"], request["answer"]
    known = operation["responses"].get(str(status))
    if status >= 400:
        yield from document.wrong(PROBLEM, answer)
        if isinstance(answer, dict) and answer.get("status") != status:
            yield f"the problem's status is {answer.get('status')}"
    elif known is None:
        yield f"status {status} is not among {', '.join(operation['responses'])}"
    elif status == 204:
        if answer is not None:
            yield "an answer with 204"
    else:
        schema = resolve(document.document, known).get("content", {}).get("application/json", {}).get("schema")
        # Long answers are in the journal by their size alone.
        if schema is not None and not (isinstance(answer, dict) and set(answer) == {"bytes"}):
            yield from document.wrong(schema, answer)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        document = Document(json.load(file))
    with open(sys.argv[2], encoding="utf-8") as file:
        journal = json.load(file)
    problems, requests, answers, operations = [], 0, 0, set()
    for request in journal["requests"]:
        path = request["path"]
        # The files' own host; and after very many requests only the beginnings are kept.
        if not path.startswith("/v1/") or not request["headers"]:
            continue
        line = f"request {request['n']} ({request['method']} {path}, {request['status']})"
        operation = document.find(request["method"], path)
        if operation is None:
            if request["status"] != 404:
                problems.append(f"{line}: the document has no such operation")
            continue
        refused = (request["status"] or 0) in (400, 413, 422) and not request["fault"]
        if not refused:
            # What the emulator itself found wrong need not be found again.
            requests += 1
            problems += [f"{line}: {text}" for text in check_request(document, operation, request)]
        if request["status"] is not None and not request["fault"]:
            answers += 1
            problems += [f"{line}: answer: {text}" for text in check_answer(document, operation, request)]
        operations.add(operation["operationId"])
    if problems:
        print("\n".join(problems[:20]))
        sys.exit(f"{len(problems)} differences from the document")
    if requests == 0:
        sys.exit("the journal has no request to check")
    print(f"{requests} requests and {answers} answers of {len(operations)} operations agree with the document")


if __name__ == "__main__":
    main()
