"""schema/adgen.schema.json as what a language writes down: definitions, their fields, and their types.

Everything that the schemas of adgen's types hold is understood here; what is not is an error, so that a new kind of type in
Rust does not become a wrong one elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator, Optional, Union

# Unions whose variants have the fields of the record that holds one as their own: `event.seq` and `event.stage`, not
# `record.event.stage`.
FOLDED = {"Event": "EventRecord"}


@dataclass(frozen=True)
class Plain:
    """`str`, `int`, `float`, `bool`, `null`, `bytes` (Base64)."""

    name: str


@dataclass(frozen=True)
class Ref:
    name: str


@dataclass(frozen=True)
class ListOf:
    item: "Type"


@dataclass(frozen=True)
class MapOf:
    value: "Type"


@dataclass(frozen=True)
class AnyOf:
    options: tuple["Type", ...]


@dataclass(frozen=True)
class Words:
    values: tuple[str, ...]


Type = Union[Plain, Ref, ListOf, MapOf, AnyOf, Words, "Inline"]
NULL = Plain("null")


@dataclass
class Field:
    name: str
    doc: str
    type: Type
    required: bool
    schema: dict[str, Any]

    @property
    def nullable(self) -> bool:
        return isinstance(self.type, AnyOf) and NULL in self.type.options


@dataclass(frozen=True, eq=False)
class Inline:
    """An object that has no name of its own."""

    fields: list[Field]


@dataclass
class Variant:
    """One alternative of a union: by the value of its tag, by the one key that it has, or a word."""

    # As JSON has it: `stage_started`.
    word: str
    # As Rust has it: `StageStarted`.
    name: str
    doc: str
    fields: list[Field] = field(default_factory=list)


@dataclass
class Definition:
    """What stands under one name.

    `kind` is `object` (fields), `words` (variants), `alias` (type), `tagged` (variants with fields, told apart by `tag`)
    or `keyed` (variants with one field of their own name, or none where it is a word).
    """

    name: str
    doc: str
    kind: str
    schema: dict[str, Any]
    fields: list[Field] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)
    type: Optional[Type] = None
    tag: str = ""
    closed: bool = False

    def own_fields(self) -> list[Field]:
        return self.fields + [one for variant in self.variants for one in variant.fields]

    def names(self) -> set[str]:
        """The definitions that it mentions."""
        found = {name for one in self.own_fields() for name in named(one.type)}
        return found | set(named(self.type) if self.type else ())


def named(type_: Type) -> Iterator[str]:
    """The definitions that a type mentions."""
    if isinstance(type_, Ref):
        yield type_.name
    elif isinstance(type_, ListOf):
        yield from named(type_.item)
    elif isinstance(type_, MapOf):
        yield from named(type_.value)
    elif isinstance(type_, AnyOf):
        for option in type_.options:
            yield from named(option)
    elif isinstance(type_, Inline):
        for one in type_.fields:
            yield from named(one.type)


@dataclass
class Bundle:
    definitions: dict[str, Definition]
    written: set[str]
    asked: set[str]
    given: set[str]

    def reached(self, roots: set[str]) -> set[str]:
        """The names in `roots` and all that they mention, near and far."""
        found: set[str] = set()
        rest = list(roots)
        while rest:
            name = rest.pop()
            if name not in found:
                found.add(name)
                rest.extend(self.definitions[name].names())
        return found

    def parts_first(self, names: set[str]) -> list[Definition]:
        """These definitions by name, but each after those that it mentions."""
        done: dict[str, Definition] = {}

        def add(name: str) -> None:
            if name in names and name not in done:
                for part in sorted(self.definitions[name].names()):
                    add(part)
                done[name] = self.definitions[name]

        for name in sorted(names):
            add(name)
        return list(done.values())


def load(path: Path) -> Bundle:
    schema = json.loads(path.read_text(encoding="utf-8"))
    definitions = {name: _definition(name, part, schema["$defs"]) for name, part in schema["$defs"].items()}
    roots = {direction: set(names) for direction, names in schema["x-roots"].items()}
    for union, record in FOLDED.items():
        _fold(definitions, union, record)
        roots["given"] = roots["given"] - {record} | {union}
    return Bundle(definitions, roots["written"], roots["asked"], roots["given"])


def _fold(definitions: dict[str, Definition], union: str, record: str) -> None:
    """The record's own fields come first in each variant of the union that it holds, and the record holds none."""
    holder = definitions[record]
    holder.fields = [one for one in holder.fields if one.type != Ref(union)]
    for variant in definitions[union].variants:
        tag, *rest = variant.fields
        variant.fields = [tag, *holder.fields, *rest]


def _definition(name: str, schema: dict[str, Any], all_: dict[str, Any]) -> Definition:
    doc = schema.get("description", "")
    assert doc, f"{name} has no words about it: they are the documentation of its Rust type"
    made = Definition(name, doc, "alias", schema)
    options = schema.get("oneOf")
    if options and all("const" in option for option in options):
        made.kind = "words"
        made.variants = [Variant(o["const"], _pascal(o["const"]), o.get("description", "")) for o in options]
    elif options and all(_tag_of(option) for option in options):
        made.kind, made.tag = "tagged", _tag_of(options[0]) or ""
        assert all(_tag_of(option) == made.tag for option in options), name
        made.variants = [_tagged(option, made.tag, all_) for option in options]
    elif options:
        made.kind = "keyed"
        made.variants = [_keyed(name, option) for option in options]
    elif "properties" in schema:
        made.kind, made.closed = "object", schema.get("additionalProperties") is False
        made.fields = _fields(name, schema)
    elif "enum" in schema:
        made.kind, made.variants = "words", [Variant(word, word, "") for word in schema["enum"]]
    else:
        made.type = _type(name, schema)
    return made


def _tag_of(option: dict[str, Any]) -> Optional[str]:
    tags = [name for name, part in option.get("properties", {}).items() if "const" in part]
    return tags[0] if len(tags) == 1 else None


def _tagged(option: dict[str, Any], tag: str, all_: dict[str, Any]) -> Variant:
    # A variant that holds another type has that type's fields beside its tag.
    if "$ref" in option:
        part = all_[option["$ref"].removeprefix("#/$defs/")]
        merged = {**part["properties"], **option["properties"]}
        option = {**option, "properties": merged, "required": [*option["required"], *part.get("required", [])]}
    word = option["properties"][tag]["const"]
    fields = sorted(_fields(word, option), key=lambda one: one.name != tag)
    fields[0].doc = fields[0].doc or "Which one it is."
    return Variant(word, _pascal(word), option.get("description", ""), fields)


def _keyed(name: str, option: dict[str, Any]) -> Variant:
    doc = option.get("description", "")
    if "const" in option:
        return Variant(option["const"], _pascal(option["const"]), doc)
    (key,) = option["properties"]
    return Variant(key, _pascal(key), doc, _fields(f"{name}.{key}", option))


def _fields(where: str, schema: dict[str, Any]) -> list[Field]:
    required = schema.get("required", [])
    # Those that must be there in the order of the Rust type, then the others by name: the schema's own keys are sorted.
    names = [*dict.fromkeys(required), *sorted(set(schema["properties"]) - set(required))]
    parts = {name: schema["properties"][name] for name in names}
    return [
        Field(name, part.get("description", ""), _type(f"{where}.{name}", part), name in required, part)
        for name, part in parts.items()
    ]


_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "null"}


def _type(where: str, schema: dict[str, Any]) -> Type:
    if "$ref" in schema:
        return Ref(schema["$ref"].removeprefix("#/$defs/"))
    if "anyOf" in schema:
        return AnyOf(tuple(_type(where, option) for option in schema["anyOf"]))
    if "const" in schema:
        return Words((schema["const"],))
    kind = schema.get("type")
    if isinstance(kind, list):
        return AnyOf(tuple(_type(where, {**schema, "type": one}) for one in kind))
    if kind == "array":
        return ListOf(_type(where, schema["items"]))
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return MapOf(_type(where, schema["additionalProperties"]))
    if kind == "object" and "properties" in schema:
        return Inline(_fields(where, schema))
    if kind == "string" and schema.get("contentEncoding") == "base64":
        return Plain("bytes")
    if kind in _PLAIN:
        return Plain(_PLAIN[kind])
    raise ValueError(f"{where} is of a kind that scripts/types does not know: {json.dumps(schema)}")


def _pascal(word: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in word.split("_"))
