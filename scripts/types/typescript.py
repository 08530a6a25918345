"""adgen-node/types.d.ts.

By hand and not by json-schema-to-typescript, which was tried: that numbers a type anew for each place that has words of its
own about it (`Brand`, `Brand1`, `Brand2`), writes enums out in place of their names, and drops the words about variants.
"""

from __future__ import annotations

import json
from typing import Optional

from bundle import FOLDED, AnyOf, Bundle, Definition, Field, Inline, ListOf, MapOf, Plain, Ref, Type, Variant, Words
from text import WIDTH, paragraphs

HEAD = """\
// Written by `make types` from schema/adgen.schema.json. Do not edit.

"""
_PLAIN = {"str": "string", "int": "number", "float": "number", "bool": "boolean", "null": "null", "bytes": "string"}


def typescript(bundle: Bundle) -> str:
    told = [one for name, one in sorted(bundle.definitions.items()) if name not in FOLDED.values()]
    written = bundle.reached(bundle.written)
    return HEAD + "\n".join(_block(one, one.name in written) for one in told)


def _block(definition: Definition, is_written: bool) -> str:
    doc = _doc(definition.doc, "")
    name = definition.name
    if definition.kind == "object":
        return f"{doc}export interface {name} {_body(definition.fields, '')}\n"
    if definition.kind == "tagged":
        return _tagged(definition, is_written)
    if definition.kind == "words" and not any(variant.doc for variant in definition.variants):
        return f"{doc}export type {name} = {' | '.join(_word(variant.word) for variant in definition.variants)};\n"
    if definition.kind in ("words", "keyed"):
        options = [_doc(v.doc, "  ") + f"  | {_alternative(v)}\n" for v in definition.variants]
        return f"{doc}export type {name} =\n{''.join(options).rstrip()};\n"
    assert definition.type is not None
    return f"{doc}export type {name} = {_type(definition.type, '')};\n"


def _alternative(variant: Variant) -> str:
    if not variant.fields:
        return _word(variant.word)
    (one,) = variant.fields
    return "{ " + f"{one.name}: {_type(one.type, '    ')}" + " }"


def _tagged(definition: Definition, is_written: bool) -> str:
    """An interface for each variant.

    Those that are read extend one that has every field of all of them, so that each can be asked for any. Those that are
    written do not: a field that a variant lacks is a slip there.
    """
    name, tag = definition.name, definition.tag
    blocks, base, common = [], "", {tag}
    if not is_written:
        shared = [one for one in definition.variants[0].fields if one.name != tag and _is_everywhere(definition, one)]
        common |= {one.name for one in shared}
        own = {one.name for variant in definition.variants for one in variant.fields} - common
        holder = FOLDED.get(name, f"{name}Base")
        base = f" extends {holder}"
        blocks.append(
            _doc(f"What every `{name}` has, and what only some have: `undefined` in the others.", "")
            + f"export interface {holder} {{\n"
            + f"{_doc('Which one it is.', '  ')}  {tag}: {name}['{tag}'];\n"
            + "".join(_field(one, "  ") for one in shared)
            + "".join(f"  {one}?: {_of_all(definition, one)};\n" for one in sorted(own))
            + "}\n"
        )
    for variant in definition.variants:
        fields = [one for one in variant.fields if one.name == tag or one.name not in common]
        blocks.append(f"{_doc(variant.doc, '')}export interface {variant.name}{name}{base} {_body(fields, '')}\n")
    union = "".join(f"\n  | {variant.name}{name}" for variant in definition.variants)
    blocks.append(f"{_doc(definition.doc, '')}export type {name} ={union};\n")
    return "\n".join(blocks)


def _is_everywhere(definition: Definition, one: Field) -> bool:
    return all(any(o.name == one.name and o.type == one.type for o in v.fields) for v in definition.variants)


def _of_all(definition: Definition, name: str) -> str:
    types = {_type(one.type, "  "): None for v in definition.variants for one in v.fields if one.name == name}
    return " | ".join(types)


def _body(fields: list[Field], indent: str) -> str:
    return "{\n" + "".join(_field(one, indent + "  ") for one in fields) + indent + "}"


def _field(one: Field, indent: str) -> str:
    mark = "" if one.required else "?"
    return f"{_doc(one.doc, indent, one)}{indent}{one.name}{mark}: {_type(one.type, indent)};\n"


def _type(type_: Type, indent: str) -> str:
    if isinstance(type_, Plain):
        return _PLAIN[type_.name]
    if isinstance(type_, Ref):
        return type_.name
    if isinstance(type_, ListOf):
        item = _type(type_.item, indent)
        return f"({item})[]" if " | " in item else f"{item}[]"
    if isinstance(type_, MapOf):
        return f"Record<string, {_type(type_.value, indent)}>"
    if isinstance(type_, AnyOf):
        return " | ".join(_type(option, indent) for option in type_.options)
    if isinstance(type_, Words):
        return " | ".join(_word(word) for word in type_.values)
    assert isinstance(type_, Inline)
    return _body(type_.fields, indent)


def _word(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _doc(doc: str, indent: str, one: Optional[Field] = None) -> str:
    lines = paragraphs(doc.replace("*/", "* /"), WIDTH - len(indent) - 3)
    if one is not None and one.schema.get("default") not in (None, [], {}):
        lines.append(f"@default {json.dumps(one.schema['default'])}")
    if not lines:
        return ""
    if len(lines) == 1 and len(lines[0]) + len(indent) + 7 <= WIDTH:
        return f"{indent}/** {lines[0]} */\n"
    body = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
    return f"{indent}/**\n{body}{indent} */\n"
