#!/usr/bin/env python3
"""Prints the public names of a crate from rustdoc's JSON, one a line and sorted: path, what it is, its type or signature.

    scripts/api.py target/doc/adgen.json           every name
    scripts/api.py target/doc/adgen.json --count   how many the root and each module have

What `#[doc(hidden)]` hides is left out by rustdoc itself. Needs the standard library alone. `scripts/api.sh` calls it.
"""

import json
import re
import sys

# What rustdoc calls its own parts differs from version to version. This is Rust 1.95's; another one is told by exit code 3.
FORMAT = 57
MODULE = "mod"


class Crate:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        if data["format_version"] != FORMAT:
            print(f"api.py: rustdoc's format is {data['format_version']}, this script reads {FORMAT}", file=sys.stderr)
            sys.exit(3)
        self.index = data["index"]
        own = {known["path"][-1] for known in data["paths"].values() if known["crate_id"] == 0}
        for id, known in data["paths"].items():
            if known["crate_id"] != 0 and known["path"][-1] in own and len(known["path"]) > 1:
                FOREIGN[int(id)] = "::".join(known["path"][-2:])
        self.root = self.item(data["root"])
        # The first path at which each item was told with everything in it, by id.
        self.told = {}
        self.lines = []
        self.modules = {}

    def item(self, id):
        return self.index.get(str(id))

    def read(self):
        self.module(self.root["name"], self.root)
        return sorted(set(self.lines))

    def say(self, path, what, detail=""):
        self.lines.append(f"{path}  {what} {detail}".rstrip())

    # Modules, breadth first: what stands nearest to the root is told there, and elsewhere as the same.
    def module(self, path, module):
        level = [(path, module)]
        while level:
            below = []
            for path, module in level:
                names = self.names_in(module)
                self.modules[path] = sum(kind_of(item) != "module" for _, item in names)
                for name, item in names:
                    inner = f"{path}::{name}"
                    if kind_of(item) == "module":
                        self.say(inner, MODULE)
                        below.append((inner, item))
                    else:
                        self.name(inner, item)
            level = below

    # What a module has, its re-exports followed.
    def names_in(self, module):
        names = []
        for id in module["inner"]["module"]["items"]:
            item = self.item(id)
            if item is None or kind_of(item) == "impl":
                continue
            if kind_of(item) == "use":
                use = item["inner"]["use"]
                target = self.item(use["id"]) if use["id"] is not None else None
                if use["is_glob"]:
                    names += self.names_in(target) if target else []
                else:
                    names.append((use["name"], target or item))
            elif item["visibility"] == "public":
                names.append((item["name"], item))
        return sorted(names, key=lambda pair: (pair[0], kind_of(pair[1])))

    def name(self, path, item):
        known = self.told.setdefault(item["id"], path)
        kind = kind_of(item)
        if known != path:
            self.say(path, "=", known)
            return
        inner = item["inner"][kind]
        open_ended = " (non_exhaustive)" if is_non_exhaustive(item) else ""
        if kind == "struct":
            self.say(path, f"struct{generics(inner)}{open_ended}")
            self.fields(path, inner["kind"])
            self.impls(path, inner["impls"])
        elif kind == "enum":
            self.say(path, f"enum{generics(inner)}{open_ended}")
            for id in inner["variants"]:
                self.variant(path, self.item(id))
            self.impls(path, inner["impls"])
        elif kind == "trait":
            bounds = f": {bounds_of(inner['bounds'])}" if inner["bounds"] else ""
            self.say(path, f"trait{generics(inner)}{bounds}")
            for id in inner["items"]:
                self.member(path, self.item(id))
        elif kind == "function":
            self.say(path, signature(inner))
        elif kind == "type_alias":
            self.say(path, f"type{generics(inner)}", f"= {type_of(inner['type'])}")
        elif kind == "constant":
            self.say(path, "const", type_of(inner["type"]))
        elif kind == "static":
            self.say(path, "static", type_of(inner["type"]))
        elif kind in ("use", "extern_crate"):
            # Another crate's.
            self.say(path, "use", inner.get("source") or inner.get("name") or "")
        else:
            self.say(path, kind)

    def fields(self, path, kind):
        if kind == "unit":
            return
        (shape, inner), = kind.items()
        ids = inner["fields"] if shape == "plain" else inner
        for id in ids:
            field = self.item(id) if id is not None else None
            if field is not None and field["visibility"] in ("public", "default"):
                self.say(f"{path}::{field['name']}", "field", type_of(field["inner"]["struct_field"]))

    def variant(self, path, variant):
        if variant is None:
            return
        path = f"{path}::{variant['name']}"
        open_ended = " (non_exhaustive)" if is_non_exhaustive(variant) else ""
        kind = variant["inner"]["variant"]["kind"]
        self.say(path, f"variant{open_ended}")
        if kind != "plain":
            (shape, inner), = kind.items()
            ids = inner["fields"] if shape == "struct" else inner
            for field in filter(None, (self.item(id) for id in ids if id is not None)):
                self.say(f"{path}::{field['name']}", "field", type_of(field["inner"]["struct_field"]))

    # Methods of the type's own, and in one line the traits that it was given.
    def impls(self, path, ids):
        traits = set()
        for item in filter(None, map(self.item, ids)):
            inner = item["inner"]["impl"]
            if inner["trait"] is None:
                for id in inner["items"]:
                    member = self.item(id)
                    if member is not None and member["visibility"] == "public":
                        self.member(path, member)
            elif not inner["is_synthetic"] and inner["blanket_impl"] is None:
                traits.add(path_of(inner["trait"]))
        traits -= {"StructuralPartialEq"}
        if traits:
            self.say(path, "impl", ", ".join(sorted(traits)))

    def member(self, path, item):
        if item is None:
            return
        kind = kind_of(item)
        path, inner = f"{path}::{item['name']}", item["inner"][kind]
        if kind == "function":
            self.say(path, signature(inner))
        elif kind in ("assoc_const", "assoc_type"):
            given = inner.get("type")
            self.say(path, "const" if kind == "assoc_const" else "type", type_of(given) if given else "")


def kind_of(item):
    return next(iter(item["inner"]))


def is_non_exhaustive(item):
    return any("non_exhaustive" in json.dumps(attribute) for attribute in item["attrs"])


def signature(function):
    header, decl = function["header"], function["sig"]
    words = [word for flag, word in (("is_const", "const"), ("is_async", "async"), ("is_unsafe", "unsafe")) if header[flag]]
    inputs = ", ".join(argument(name, kind) for name, kind in decl["inputs"])
    output = type_of(decl["output"]) if decl["output"] is not None else ""
    # As it was written, before `async_trait` put the answer into a box.
    boxed = re.fullmatch(r"Pin<Box<dyn Future<Output = (.*)> \+ Send>>", output)
    if boxed and any(param["name"] == "'async_trait" for param in function["generics"]["params"]):
        words, output = ["async", *words], "" if boxed[1] == "()" else boxed[1]
    output = f" -> {output}" if output else ""
    return " ".join([*words, f"fn{generics(function)}({inputs}){output}{where(function)}"])


def argument(name, kind):
    written = type_of(kind)
    if name == "self":
        return {"Self": "self", "&Self": "&self", "&mut Self": "&mut self"}.get(written, f"self: {written}")
    return f"{name}: {written}"


def generics(inner):
    shown = []
    for param in inner["generics"]["params"]:
        (kind, what), = param["kind"].items()
        # `impl Trait` in the place of an argument is told there; elided lifetimes are not told.
        if (kind == "type" and what["is_synthetic"]) or param["name"].startswith("'life") or param["name"] == "'async_trait":
            continue
        bounds = what.get("bounds") if kind == "type" else None
        shown.append(param["name"] + (f": {bounds_of(bounds)}" if bounds else ""))
    return f"<{', '.join(shown)}>" if shown else ""


def where(inner):
    shown = []
    for predicate in inner["generics"]["where_predicates"]:
        (kind, what), = predicate.items()
        if kind == "bound_predicate" and what["bounds"]:
            shown.append(f"{type_of(what['type'])}: {bounds_of(what['bounds'])}")
    shown = [bound for bound in shown if "'async_trait" not in bound]
    return f" where {', '.join(shown)}" if shown else ""


def bounds_of(bounds):
    shown = []
    for bound in bounds:
        (kind, what), = bound.items()
        if kind == "trait_bound":
            mark = "?" if what["modifier"] == "maybe" else ""
            shown.append(mark + path_of(what["trait"]))
        elif kind == "outlives":
            shown.append(what)
    return " + ".join(shown)


# What other crates' items are called, by id, where this crate has items of these names: `io::Error`.
FOREIGN = {}


# `Vec<String>`: the last name of a path, for whole paths depend on which module was imported.
def path_of(path):
    name = (path.get("path") or path.get("name")).split("::")[-1]
    return FOREIGN.get(path.get("id"), name) + arguments(path.get("args"))


def arguments(args):
    if not args:
        return ""
    (kind, what), = args.items()
    if kind == "parenthesized":
        output = f" -> {type_of(what['output'])}" if what["output"] is not None else ""
        return f"({', '.join(map(type_of, what['inputs']))}){output}"
    if kind != "angle_bracketed":
        return ""
    shown = []
    for argument in what["args"]:
        if argument == "infer":
            shown.append("_")
            continue
        (kind, value), = argument.items()
        shown.append(type_of(value) if kind == "type" else value if kind == "lifetime" else value.get("expr", "_"))
    for constraint in what.get("constraints", []):
        (kind, value), = constraint["binding"].items()
        if kind == "equality":
            shown.append(f"{constraint['name']} = {type_of(value.get('type', {'infer': None}))}")
        else:
            shown.append(f"{constraint['name']}: {bounds_of(value)}")
    shown = [argument for argument in shown if not argument.startswith("'life")]
    return f"<{', '.join(shown)}>" if shown else ""


def type_of(kind):
    if kind == "infer":
        return "_"
    (name, what), = kind.items()
    if name == "resolved_path":
        return path_of(what)
    if name in ("generic", "primitive"):
        return {"never": "!"}.get(what, what)
    if name == "dyn_trait":
        bounds = [path_of(bound["trait"]) for bound in what["traits"]]
        bounds += [what["lifetime"]] if what["lifetime"] and what["lifetime"] != "'async_trait" else []
        return f"dyn {' + '.join(bounds)}"
    if name == "tuple":
        return f"({', '.join(map(type_of, what))}{',' if len(what) == 1 else ''})"
    if name == "slice":
        return f"[{type_of(what)}]"
    if name == "array":
        return f"[{type_of(what['type'])}; {what['len']}]"
    if name == "impl_trait":
        return f"impl {bounds_of(what)}"
    if name == "borrowed_ref":
        lifetime = what["lifetime"]
        lifetime = f"{lifetime} " if lifetime and not lifetime.startswith("'life") else ""
        return f"&{lifetime}{'mut ' if what['is_mutable'] else ''}{within(what['type'])}"
    if name == "raw_pointer":
        return f"*{'mut' if what['is_mutable'] else 'const'} {type_of(what['type'])}"
    if name == "qualified_path":
        owner = f"<{type_of(what['self_type'])} as {path_of(what['trait'])}>" if what.get("trait") else type_of(what["self_type"])
        return f"{owner}::{what['name']}"
    if name == "function_pointer":
        inputs = ", ".join(type_of(kind) for _, kind in what["sig"]["inputs"])
        output = f" -> {type_of(what['sig']['output'])}" if what["sig"]["output"] is not None else ""
        return f"fn({inputs}){output}"
    return name


# A type behind a reference: several bounds need brackets.
def within(kind):
    written = type_of(kind)
    return f"({written})" if " + " in written and written.startswith(("dyn ", "impl ")) else written


def main():
    path, *options = sys.argv[1:] or [None]
    if path is None or any(option != "--count" for option in options):
        sys.exit(__doc__)
    crate = Crate(path)
    lines = crate.read()
    if options:
        for module, names in crate.modules.items():
            print(f"{names:4} {module}")
        print(f"{len(lines):4} lines")
    else:
        print("\n".join(lines))


main()
