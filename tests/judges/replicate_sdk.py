#!/usr/bin/env python3
"""Runs the official Python client, unchanged, against the emulator.

    replicate_sdk.py http://127.0.0.1:PORT

Needs `pip install replicate==1.0.7`. The emulator must be a fresh one. Says what is wrong and exits with 1, or says
how many flows went well.
"""

import http.server
import importlib.metadata
import io
import json
import os
import queue
import sys
import threading
import urllib.request

FLOWS = []


def flow(function):
    """Marks a function as one of the client's flows."""
    FLOWS.append(function)
    return function


def expect(condition, sentence):
    """What must hold, as a sentence."""
    if not condition:
        raise AssertionError(sentence)


def script(origin, *faults):
    """Replaces the emulator's faults."""
    body = json.dumps({"faults": faults}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{origin}/__emulator/script", data=body)).read()


def refuses(call, kind, **wanted):
    """The error of that kind which a call must raise."""
    try:
        call()
    except kind as error:
        for name, value in wanted.items():
            expect(getattr(error, name) == value, f"{name} is {getattr(error, name)!r} instead of {value!r}")
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


@flow
def run_official(replicate, origin):
    """run() of an official model, with the blocking request that is its default."""
    output = replicate.run("acme/dream-video", input={"prompt": "a harbour at dawn", "duration": 4, "aspect_ratio": "9:16"})
    expect(isinstance(output, str) and output.endswith(".mp4"), f"run() gave {output!r}")
    # The client makes file objects of https links only.
    from replicate.helpers import FileOutput

    data = FileOutput(output, replicate.default_client).read()
    expect(data[4:8] == b"ftyp", "the file is no MP4")
    pieces = b"".join(FileOutput(output, replicate.default_client))
    expect(pieces == data, "the file read in pieces differs from the file read at once")


@flow
def run_version(replicate, origin):
    """run() of a version, which also fetches the version's schema."""
    version = replicate.models.get("meta/musicgen").latest_version.id
    output = replicate.run(f"meta/musicgen:{version}", input={"prompt": "calm piano", "duration": 3})
    expect(output.endswith(".wav"), f"run() gave {output!r}")
    version = replicate.models.get("lightricks/ltx-video").latest_version.id
    output = replicate.run(f"lightricks/ltx-video:{version}", input={"prompt": "sea"}, wait=False)
    expect(isinstance(output, list) and len(output) == 1, f"a model with list output gave {output!r}")


@flow
def polling(replicate, origin):
    """predictions.create, reload, wait."""
    version = replicate.models.get("meta/musicgen").latest_version.id
    made = replicate.predictions.create(version=version, input={"prompt": "drums", "duration": 2})
    expect(made.status == "starting", f"a new prediction is {made.status!r}")
    expect(made.version == version and made.output is None and made.error is None, "a new prediction has a result")
    seen = {made.status}
    while made.status not in ("succeeded", "failed", "canceled"):
        threading.Event().wait(0.05)
        made.reload()
        seen.add(made.status)
    expect(seen == {"starting", "processing", "succeeded"}, f"the statuses on the way were {seen}")
    expect(made.progress is not None and made.progress.percentage == 1.0, f"the progress at the end is {made.progress}")
    expect(made.metrics["predict_time"] > 0.5, f"the metrics are {made.metrics}")
    expect(made.started_at and made.completed_at, "a finished prediction has no times")
    again = replicate.predictions.get(made.id)
    again.wait()
    expect(again.output == made.output, "the output changed")


@flow
def blocking(replicate, origin):
    """Prefer: wait, shorter than the model takes."""
    script(origin, {"on": "create", "do": {"outcome": {"status": "never"}}})
    made = replicate.models.predictions.create("acme/dream-video", input={"prompt": "long"}, wait=1)
    expect(made.status == "starting", f"a blocking create that timed out says {made.status!r}")
    made.cancel()
    script(origin)


@flow
def canceling(replicate, origin):
    """cancel()."""
    made = replicate.models.predictions.create("acme/dream-video", input={"prompt": "unwanted"})
    made.cancel()
    expect(made.status == "canceled", f"a canceled prediction is {made.status!r}")
    expect("total_time" in made.metrics, "a canceled prediction has no metrics")
    made.wait()


@flow
def failing(replicate, origin):
    """A prediction that fails raises ModelError with the model's words."""
    script(origin, {"on": "create", "do": {"outcome": {"status": "failed", "error": "CUDA out of memory (E1001)"}}})
    from replicate.exceptions import ModelError

    error = refuses(lambda: replicate.run("acme/dream-video", input={"prompt": "doom"}), ModelError)
    expect(str(error) == "CUDA out of memory (E1001)", f"the error says {error}")
    expect(error.prediction.status == "failed", "the error's prediction has not failed")
    script(origin)


@flow
def paging(replicate, origin):
    """list() and its cursors."""
    for index in range(103):
        replicate.models.predictions.create("acme/dream-video", input={"prompt": f"page {index}", "duration": 4})
    first = replicate.predictions.list()
    expect(len(first.results) == 100 and first.next and not first.previous, "the first page is wrong")
    expect(first.results[0].input["prompt"] == "page 102", "the newest prediction is not the first")
    second = replicate.predictions.list(first.next)
    expect(second.results[0].input["prompt"] == "page 2", f"the second page begins with {second.results[0].input}")
    expect(second.previous and not second.next, "the second page is not the last")
    back = replicate.predictions.list(second.previous)
    expect([made.id for made in back] == [made.id for made in first], "the way back leads to another page")
    pages = list(replicate.paginate(replicate.predictions.list))
    expect(len(pages) == 2, f"paginate() gave {len(pages)} pages")


@flow
def models(replicate, origin):
    """models.get, versions and hardware."""
    model = replicate.models.get("acme/dream-video")
    expect((model.owner, model.name, model.visibility) == ("acme", "dream-video", "public"), f"the model is {model}")
    schemas = model.latest_version.openapi_schema["components"]["schemas"]
    reference = schemas["Input"]["properties"]["duration"]["allOf"][0]["$ref"]
    expect(reference == "#/components/schemas/duration", f"duration refers to {reference}")
    expect(schemas["duration"]["enum"] == [4, 6, 8], "duration is no choice")
    versions = model.versions.list()
    expect(versions[0].id == model.latest_version.id, "the newest version is not the first")
    expect(model.versions.get(versions[0].id).cog_version, "a version has no cog_version")
    expect("cpu" in [kind.sku for kind in replicate.hardware.list()], "there is no CPU")


@flow
def uploading(replicate, origin):
    """files.create, get, list, delete, and files as inputs."""
    picture = io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    picture.name = "product.png"
    made = replicate.files.create(picture, metadata={"ad": 7})
    expect((made.name, made.content_type, made.size) == ("product.png", "image/png", 1008), f"the upload is {made}")
    expect(made.metadata == {"ad": 7}, f"the metadata is {made.metadata}")
    expect(replicate.files.get(made.id).checksums == made.checksums, "the file changed")
    expect([file.id for file in replicate.files.list()] == [made.id], "the list of files is wrong")
    output = replicate.run("kwaivgi/kling-v2.5-turbo-pro", input={"prompt": "turn it", "start_image": picture})
    expect(output.endswith(".mp4"), "a run with a file as input gave no video")
    expect(len(replicate.files.list()) == 2, "the input was not uploaded")
    expect(replicate.files.delete(made.id), "the file was not deleted")
    from replicate.exceptions import ReplicateError

    refuses(lambda: replicate.files.get(made.id), ReplicateError, status=404)
    gone = {"prompt": "turn it", "start_image": made.urls["get"]}
    from replicate.exceptions import ModelError

    refuses(lambda: replicate.run("kwaivgi/kling-v2.5-turbo-pro", input=gone), ModelError)


@flow
def webhooks(replicate, origin):
    """The default secret, and the events of one prediction, each signed."""
    received = queue.Queue()

    class Receiver(http.server.BaseHTTPRequestHandler):
        tries = 0

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            received.put(({name.lower(): value for name, value in self.headers.items()}, body))
            last = json.loads(body)["status"] == "succeeded" and "refuse" in self.path
            Receiver.tries += last
            self.send_response(500 if last and Receiver.tries < 2 else 200)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hook = f"http://127.0.0.1:{server.server_port}/refuse"
    secret = replicate.webhooks.default.secret()
    events = ["start", "completed"]
    made = replicate.models.predictions.create(
        "acme/dream-video", input={"prompt": "tell me"}, webhook=hook, webhook_events_filter=events
    )
    sent = [received.get(timeout=10) for _ in range(3)]
    for headers, body in sent:
        replicate.webhooks.validate(headers=headers, body=body, secret=secret, tolerance=60)
    bodies = [json.loads(body) for _, body in sent]
    expect([body["status"] for body in bodies] == ["processing", "succeeded", "succeeded"], "the events are wrong")
    expect({body["id"] for body in bodies} == {made.id}, "the events are about another prediction")
    expect(bodies[2] == replicate.predictions.get(made.id).dict() | bodies[2], "the last event is not the prediction")
    expect(sent[1][0]["webhook-id"] == sent[2][0]["webhook-id"], "a resent event has another id")
    from replicate.webhook import InvalidSignatureError

    forged = lambda: replicate.webhooks.validate(headers=sent[0][0], body=sent[0][1] + " ", secret=secret)
    refuses(forged, InvalidSignatureError)
    server.shutdown()


@flow
def errors(replicate, origin):
    """The problems, as the client's own error type."""
    from replicate.exceptions import ReplicateError

    stranger = replicate.Client(api_token="invalid")
    refuses(stranger.hardware.list, ReplicateError, status=401, title="Unauthenticated")
    error = refuses(lambda: replicate.predictions.get("nope"), ReplicateError, status=404)
    expect("does not exist" in error.detail, f"404 says {error.detail}")
    refuses(lambda: replicate.models.get("acme/nothing"), ReplicateError, status=404)
    wrong = lambda **input: lambda: replicate.run("acme/dream-video", input=input)
    error = refuses(wrong(prompt="x", aspect_ratio="2:1"), ReplicateError, status=422, title="Input validation failed")
    expect("must be one of the following" in error.detail, f"422 says {error.detail}")
    refuses(wrong(), ReplicateError, status=422)
    unknown = lambda: replicate.predictions.create(version="0" * 64, input={"prompt": "x"})
    refuses(unknown, ReplicateError, status=422, title="Invalid version or not permitted")
    script(origin, {"on": "create", "do": {"status": {"code": 402}}})
    refuses(wrong(prompt="x"), ReplicateError, status=402)
    script(origin, {"on": "create", "do": {"status": {"code": 429, "retry_after": 1}}})
    refuses(wrong(prompt="x"), ReplicateError, status=429)
    # Reads are repeated by the client itself.
    script(origin, {"on": "list", "times": 2, "do": {"status": {"code": 503}}})
    expect(replicate.predictions.list().results, "the list was not repeated")
    script(origin)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    origin = sys.argv[1].rstrip("/").removesuffix("/v1")
    os.environ["REPLICATE_BASE_URL"] = origin
    os.environ["REPLICATE_API_TOKEN"] = "r8_judge"
    os.environ["REPLICATE_POLL_INTERVAL"] = "0.1"
    import replicate

    script(origin)
    for function in FLOWS:
        try:
            function(replicate, origin)
        except Exception as error:
            sys.exit(f"{function.__name__} ({function.__doc__.splitlines()[0]}): {type(error).__name__}: {error}")
    print(f"replicate {importlib.metadata.version('replicate')}: {len(FLOWS)} flows")


if __name__ == "__main__":
    main()
