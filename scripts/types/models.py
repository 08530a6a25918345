"""adgen-py/python/adgen/models.py: pydantic's models of the document and of what a service answers.

By hand and not by datamodel-code-generator, which was tried: it makes every field that may be left out one that may be null,
wraps words and colours into objects with a `root`, and numbers the variants of unions, so that the schema of its models is
another one than that from which they were made.
"""

from __future__ import annotations

import json
from typing import Any

from bundle import NULL, AnyOf, Bundle, Definition, Field, ListOf, MapOf, Plain, Ref, Type, Variant
from text import WIDTH, paragraphs

ROOTS = {"AdProject", "StoredDocument", "Imported", "State", "Outcome", "Estimate", "Problem"}
# Checked as a whole.
DOCUMENT = "AdProject"
EMPTY = {"array": "[]", "string": '""', "boolean": "False"}
_CONSTRAINTS = {
    "minLength": "min_length", "maxLength": "max_length", "pattern": "pattern", "minimum": "ge", "maximum": "le",
    "minItems": "min_length", "maxItems": "max_length",
}
_FORMATS = {"double": "Double", "float": "Float", "uint": "Uint", "uint32": "Uint32", "uint64": "Uint64"}

HEAD = '''\
"""Pydantic's models of the document, and of what a service answers: for FastAPI's bodies, responses and pages.

``AdProject`` is checked by adgen itself: all problems at once, each at its place. ``model_dump()`` is the document with all its
defaults. What adgen gives becomes a model by ``State.model_validate(state)``, and the same JSON again with ``exclude_defaults=True``.

Needs ``adgen[pydantic]``. Written by ``make types`` from schema/adgen.schema.json. Do not edit.
"""

from __future__ import annotations

from typing import Dict, List, Literal, Optional, Union

# First, for it says what is missing.
from ._models import {used}

from pydantic import Field, Tag
from typing_extensions import Annotated, TypeAliasType


'''


def models(bundle: Bundle) -> str:
    writer = _Writer(bundle.reached({DOCUMENT}))
    blocks = [block for one in bundle.parts_first(bundle.reached(ROOTS)) for block in writer.block(one)]
    body = "\n\n".join(blocks)
    used = sorted(name for name in ("Document", "Given", "Written", "keyed", "no_default", "words", *_FORMATS.values()) if name in body)
    names = "".join(f'    "{name}",\n' for name in sorted(writer.names))
    return f"{HEAD.replace('{used}', ', '.join(used))}{body}\n\n__all__ = [\n{names}]\n"


class _Writer:
    def __init__(self, written: set[str]) -> None:
        self.written = written
        self.names: list[str] = []

    def block(self, one: Definition) -> list[str]:
        if one.kind == "object":
            base = "Document" if one.name == DOCUMENT else self._base(one.name)
            return [self._model(one.name, one.doc, one.fields, base)]
        if one.kind == "words":
            return [self._words(one)]
        if one.kind == "alias":
            assert one.type is not None
            return [self._alias(one.name, [_type(one.type, {}), *_constraints(one.schema), _described(one.doc)])]
        blocks, options = [], []
        for variant in one.variants:
            name = variant.name + one.name
            fields = variant.fields if one.kind == "keyed" else [_tag(variant, one.tag), *variant.fields[1:]]
            blocks.append(self._model(name, variant.doc, fields, self._base(one.name)))
            options.append(f'Annotated[{name}, Tag("{variant.word}")]' if one.kind == "keyed" else name)
        if one.kind == "keyed":
            keys = ", ".join(f'"{variant.word}"' for variant in one.variants)
            chosen = [f"keyed({keys})", _described(one.doc)]
        else:
            chosen = [f'Field(discriminator="{one.tag}")', _described(one.doc)]
        return [*blocks, self._alias(one.name, [_rows("Union[", options, "]", 8), *chosen])]

    def _base(self, name: str) -> str:
        return "Written" if name in self.written else "Given"

    def _model(self, name: str, doc: str, fields: list[Field], base: str) -> str:
        self.names.append(name)
        return f"class {name}({base}):\n{_doc(doc)}\n{''.join(_field(one) for one in fields)}"

    def _words(self, one: Definition) -> str:
        literal = _rows("Literal[", [json.dumps(variant.word) for variant in one.variants], "]", 8)
        about = [f"{json.dumps(variant.word)}: {_text(variant.doc)}" for variant in one.variants]
        return self._alias(one.name, [literal, _rows(f"words({_text(one.doc)}, {{", about, "})", 8)])

    def _alias(self, name: str, parts: list[str]) -> str:
        self.names.append(name)
        return f'{name} = TypeAliasType(\n    "{name}",\n    {_rows("Annotated[", parts, "]", 4)},\n)\n'


def _tag(variant: Variant, tag: str) -> Field:
    return Field(tag, "", variant.fields[0].type, True, variant.fields[0].schema)


def _field(one: Field) -> str:
    shown = _type(one.type, one.schema)
    arguments = []
    if not one.required:
        if "default" in one.schema:
            default = one.schema["default"]
            arguments.append(f"default={_python(default)}")
            if isinstance(default, dict):
                arguments.append("validate_default=True")
        else:
            empty = "None" if one.nullable else EMPTY[one.schema["type"]]
            arguments.extend([f"default={empty}", "json_schema_extra=no_default"])
    elif "default" in one.schema:
        arguments.append(f'json_schema_extra={{"default": {_python(one.schema["default"])}}}')
    if one.doc:
        arguments.append(f"description={_text(one.doc)}")
    value = f" = Field({', '.join(arguments)})" if arguments else ""
    line = f"    {one.name}: {shown}{value}\n"
    if len(line) <= WIDTH:
        return line
    rows = "".join(f"        {argument},\n" for argument in arguments)
    return f"    {one.name}: {shown} = Field(\n{rows}    )\n"


def _type(type_: Type, schema: dict[str, Any]) -> str:
    if isinstance(type_, AnyOf):
        rest = [option for option in type_.options if option != NULL]
        (part,) = rest
        inner = next((o for o in schema.get("anyOf", []) if o.get("type") != "null"), schema)
        return f"Optional[{_type(part, inner)}]" if NULL in type_.options else _type(part, inner)
    if isinstance(type_, Ref):
        return type_.name
    if isinstance(type_, ListOf):
        return _annotated(f"List[{_type(type_.item, schema['items'])}]", _constraints(schema))
    if isinstance(type_, MapOf):
        return f"Dict[str, {_type(type_.value, schema['additionalProperties'])}]"
    if isinstance(type_, Plain):
        return _annotated(_FORMATS.get(schema.get("format", ""), type_.name), _constraints(schema))
    words = ", ".join(json.dumps(word) for word in type_.values)  # type: ignore[union-attr]
    return f"Literal[{words}]"


def _constraints(schema: dict[str, Any]) -> list[str]:
    found = [f"{ours}={_python(schema[theirs])}" for theirs, ours in _CONSTRAINTS.items() if theirs in schema]
    return [f"Field({', '.join(found)})"] if found else []


def _rows(left: str, items: list[str], right: str, indent: int) -> str:
    """On one line, or an item a line."""
    line = f"{left}{', '.join(items)}{right}"
    if len(line) + indent < 100 and "\n" not in line:
        return line
    space = " " * indent
    return f"{left}\n" + "".join(f"{space}    {item},\n" for item in items) + f"{space}{right}"


def _described(doc: str) -> str:
    return f"Field(description={_text(doc)})"


def _annotated(shown: str, what: list[str]) -> str:
    return f"Annotated[{', '.join([shown, *what])}]" if what else shown


def _text(doc: str) -> str:
    return _python("\n\n".join(" ".join(paragraph.split()) for paragraph in doc.split("\n\n")))


def _python(value: Any) -> str:
    """A JSON value as Python writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_python(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_python, value)) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _doc(doc: str) -> str:
    lines = paragraphs(doc.replace("\\", "\\\\").replace('"""', "'''"), WIDTH - 7)
    if len(lines) == 1:
        return f'    """{lines[0]}"""\n'
    body = "".join(f"    {line}".rstrip() + "\n" for line in lines[1:])
    return f'    """{lines[0]}\n{body}    """\n'
