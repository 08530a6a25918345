#!/usr/bin/env python3
"""Holds what was posted to a server of OpenAI's kind against OpenAI's OpenAPI document.

    check_openai.py SPEC.json POSTS.json

POSTS.json is a list of {"path": "/v1/responses", "body": {...}}. Needs `pip install jsonschema`. The document's `oneOf` is
read as `anyOf`: an input item without a `type` fits two of its branches.
"""

import json
import sys

from jsonschema import Draft202012Validator


def main() -> int:
    spec_file, posts_file = sys.argv[1:]
    with open(spec_file, encoding="utf-8") as file:
        spec = json.loads(file.read().replace('"oneOf"', '"anyOf"'))
    with open(posts_file, encoding="utf-8") as file:
        posts = json.load(file)
    wrong = 0
    for number, post in enumerate(posts, 1):
        operation = spec["paths"][post["path"].removeprefix("/v1")]["post"]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        validator = Draft202012Validator({**schema, "components": spec["components"]})
        for error in validator.iter_errors(post["body"]):
            wrong += 1
            print(f"post {number} to {post['path']}: {list(error.absolute_path)}: {error.message[:300]}")
    print(f"{len(posts)} bodies, {wrong} problems")
    return 1 if wrong or not posts else 0


if __name__ == "__main__":
    sys.exit(main())
