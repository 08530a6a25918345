"""adgen-py/python/adgen/types.py: dicts for what is written, frozen classes for what is read.

By hand and not by datamodel-code-generator, which was tried: that numbers the variants of a union (`Event1` to
`Event13`), writes for Python 3.10 and up, and has no light, frozen classes.
"""

from __future__ import annotations

from typing import Optional

from bundle import (
    FOLDED, NULL, AnyOf, Bundle, Definition, Field, Inline, ListOf, MapOf, Plain, Ref, Type, Variant, Words, named,
)
from text import WIDTH, paragraphs

# Written by programs, and read as an attribute of something else: a dict and a class.
BOTH = {"ProviderInfo"}
# What a class inherits beside `Data`: module and name.
BASES = {"Outcome": "adgen._notebook.OutcomeHtml", "Problem": "adgen._data.ProblemLine"}
# What a list, a word and a switch are where they are left out.
EMPTY = {"list": "()", "str": '""', "bool": "False"}

HEAD = '''\
"""What programs write for adgen, as dicts, and what adgen gives, as frozen classes.

Every class has ``from_dict`` and ``to_dict``, for what :func:`json.loads` and :func:`json.dumps` take.

Written by ``make types`` from schema/adgen.schema.json. Do not edit.
"""

# A field that every event can be asked for is a property for the type checker, so that the constructors of events that lack
# it do not take it.
# pyright: reportIncompatibleMethodOverride=false

# Annotations are no text here (`from __future__ import annotations`): of that, a TypedDict compiles each when it is imported.
from typing import TYPE_CHECKING, Any, Dict, List, Literal, Mapping, Optional, Tuple, Type, TypedDict, Union, cast

'''


def python(bundle: Bundle) -> str:
    dicts, classes = roles(bundle)
    writer = _Writer(bundle, classes)
    blocks = []
    for one in bundle.parts_first(dicts):
        blocks.extend(writer.dict_block(one))
    for one in bundle.parts_first(classes):
        blocks.extend(writer.class_block(one))
    modules: dict[str, set[str]] = {"adgen._data": {"Data"} | {n for n in ("by_name", "each") if n in writer.used}}
    for base in BASES.values():
        module, name = base.rsplit(".", 1)
        modules.setdefault(module, set()).add(name)
    imports = "".join(
        f"from .{module.removeprefix('adgen.')} import {', '.join(sorted(names))}\n" for module, names in sorted(modules.items())
    )
    names = "".join(f'    "{name}",\n' for name in sorted(writer.names))
    return HEAD + imports + "\n" + "\n\n".join(blocks) + f"\n\n__all__ = [\n{names}]\n"


def roles(bundle: Bundle) -> tuple[set[str], set[str]]:
    """The definitions that are dicts or parts of them, and those that are classes."""
    dicts = bundle.reached(bundle.written | bundle.asked)
    return dicts, (bundle.reached(bundle.given) - dicts) | BOTH


class _Writer:
    def __init__(self, bundle: Bundle, classes: set[str]) -> None:
        self.bundle = bundle
        self.classes = classes
        self.names: list[str] = []
        self.used: set[str] = set()

    # Dicts

    def dict_block(self, one: Definition) -> list[str]:
        name = f"{one.name}Dict" if one.name in BOTH else one.name
        if one.kind == "object":
            return self._typed_dict(name, one.doc, one.fields)
        if one.kind == "tagged":
            blocks = [b for v in one.variants for b in self._typed_dict(v.name + name, v.doc, v.fields)]
            return [*blocks, self._alias(name, one.doc, _union([v.name + name for v in one.variants]))]
        if one.kind == "keyed":
            return self._keyed(one)
        return [self._words_or_alias(one)]

    def _keyed(self, one: Definition) -> list[str]:
        blocks, options = [], []
        for variant in one.variants:
            if not variant.fields:
                options.append(f"Literal[{_word(variant.word)}]")
                continue
            (held,) = variant.fields
            if isinstance(held.type, Inline):
                inner = f"{variant.name}{one.name}Fields"
                blocks.extend(self._typed_dict(inner, f"What `{variant.word}` holds.", held.type.fields))
                held = Field(held.name, held.doc, Ref(inner), held.required, held.schema)
            blocks.extend(self._typed_dict(variant.name + one.name, variant.doc, [held]))
            options.append(variant.name + one.name)
        return [*blocks, self._alias(one.name, one.doc, _union(options))]

    def _typed_dict(self, name: str, doc: str, fields: list[Field]) -> list[str]:
        """Two classes where some fields may be left out: `NotRequired` came with Python 3.11."""
        must, may = [f for f in fields if f.required], [f for f in fields if not f.required]
        self.names.append(name)
        body = _doc(doc, "    ") + "\n"
        if must and may:
            first = f"class _{name}(TypedDict):\n" + "".join(self._field(one) for one in must)
            return [first, f"class {name}(_{name}, total=False):\n{body}" + "".join(self._field(one) for one in may)]
        total = "" if must else ", total=False"
        return [f"class {name}(TypedDict{total}):\n{body}" + "".join(self._field(one) for one in fields)]

    def _words_or_alias(self, one: Definition) -> str:
        if one.kind == "words":
            return self._alias(one.name, one.doc, _literal([v.word for v in one.variants]), one.variants)
        assert one.type is not None
        return self._alias(one.name, one.doc, self._type(one.type))

    def _alias(self, name: str, doc: str, value: str, words: Optional[list[Variant]] = None) -> str:
        self.names.append(name)
        if words and any(word.doc for word in words):
            doc += "\n\n" + "\n\n".join(f"- ``{word.word}``: {word.doc}" for word in words)
        return f"{name} = {value}\n{_doc(doc, '', bool(words))}"

    # Classes

    def class_block(self, one: Definition) -> list[str]:
        if one.name in FOLDED.values():
            return []
        if one.kind == "object":
            return [self._class(one.name, one.doc, one.fields, [BASES.get(one.name, ""), "Data"], "")]
        if one.kind == "tagged":
            return self._tagged(one)
        return [self._words_or_alias(one)]

    def _tagged(self, one: Definition) -> list[str]:
        """A class for each variant, and above them one by which each can be asked for the fields of all."""
        base = FOLDED.get(one.name, f"{one.name}Base")
        tag = one.tag
        shared = [f for f in one.variants[0].fields if f.name != tag and _is_everywhere(one, f)]
        common = {f.name for f in shared} | {tag}
        some = sorted({f.name for v in one.variants for f in v.fields} - common)
        lines = [self._class(base, f"What every `{one.name}` has. What only some have is None in the others.", [], ["Data"], "")]
        lines.append(f'\n    _TAG = "{tag}"\n\n    {tag}: str\n' + _doc("Which one it is.", "    "))
        lines.append("".join(self._field(f) for f in shared))
        typed = "".join(f"\n        @property\n        def {f}(self) -> Optional[{self._of_all(one, f)}]: ...\n" for f in some)
        lines.append(f"\n    if TYPE_CHECKING:\n{typed}\n    else:\n" + "".join(f"        {f} = None\n" for f in some))
        blocks = ["".join(lines)]
        for variant in one.variants:
            fields = [f for f in variant.fields if f.name not in common]
            head = f'    {tag}: Literal["{variant.word}"] = "{variant.word}"\n'
            blocks.append(self._class(variant.name + one.name, variant.doc, fields, [base], head, shared))
        blocks.append(self._alias(one.name, one.doc, _union([v.name + one.name for v in one.variants])))
        blocks.append(self._reader(one))
        return blocks

    def _reader(self, one: Definition) -> str:
        """The function that finds the class."""
        name, table = _reader_of(one.name), f"{one.name.upper()}_TYPES"
        base = FOLDED.get(one.name, f"{one.name}Base")
        self.names.extend([name, table])
        rows = "".join(f'    "{v.word}": {v.name}{one.name},\n' for v in one.variants)
        unknown = next((v for v in one.variants if v.word == "unknown"), None)
        if one.name in FOLDED:
            flat = f'''\
    flat: Dict[str, Any] = {{**data, **data.get("{name}", {{}})}}
    flat.pop("{name}", None)
'''
            about = " Its record may lie around it, or be one object with it."
            data = "flat"
        else:
            flat, about, data = "", "", "data"
        if unknown:
            found = f'''\
    kind = {table}.get({data}["{one.tag}"])
    if kind is None:
        return {unknown.name}{one.name}.from_dict({{**{data}, "{one.tag}": "{unknown.word}"}})
    return cast({one.name}, kind.from_dict({data}))
'''
        else:
            found = f'    return cast({one.name}, {table}[{data}["{one.tag}"]].from_dict({data}))\n'
        return (
            f"{table}: Dict[str, Type[{base}]] = {{\n{rows}}}\n"
            f'"""The class of each ``{one.name}`` by its ``{one.tag}``."""\n\n\n'
            f"def {name}(data: Mapping[str, Any]) -> {one.name}:\n"
            f'    """One ``{one.name}`` from what :func:`json.loads` makes of it.{about}"""\n{flat}{found}'
        )

    def _class(
        self, name: str, doc: str, fields: list[Field], bases: list[str], head: str, inherited: Optional[list[Field]] = None,
    ) -> str:
        self.names.append(name)
        bases = [base.rsplit(".", 1)[-1] for base in bases if base]
        needed = sorted(one.name for one in [*(inherited or []), *fields] if one.required)
        parts = [(one.name, part) for one in fields if (part := self._part(one.type))]
        text = f"class {name}({', '.join(bases)}):\n{_doc(doc, '    ')}"
        if head:
            text += "\n" + head
        if fields:
            text += "\n" + "".join(self._field(one, is_class=True) for one in fields)
        if needed:
            text += "\n" + _call("    _NEEDED = frozenset", [f'"{one}"' for one in needed], "{", "}")
        if parts:
            rows = [f'"{one}": {part}' for one, part in parts]
            text += ("" if needed else "\n") + _call("    _PARTS = ", rows, "{", "}", call=False)
        return text

    def _part(self, type_: Type) -> str:
        """What reads a field's JSON; nothing where JSON has it as it is."""
        if isinstance(type_, Ref):
            return self._part_of(type_.name)
        if isinstance(type_, ListOf):
            item = self._part(type_.item)
            if item:
                self.used.add("each")
            return f"each({item})" if item else "tuple"
        if isinstance(type_, MapOf):
            value = self._part(type_.value)
            if value:
                self.used.add("by_name")
            return f"by_name({value})" if value else ""
        if isinstance(type_, AnyOf):
            parts = [part for option in type_.options if (part := self._part(option))]
            assert len(parts) <= 1, type_
            return parts[0] if parts else ""
        return ""

    def _part_of(self, name: str) -> str:
        kind = self.bundle.definitions[name].kind
        if name not in self.classes or kind == "words":
            return ""
        return _reader_of(name) if kind == "tagged" else f"{name}.from_dict"

    # Fields and types

    def _field(self, one: Field, is_class: bool = False) -> str:
        shown = self._type(one.type, is_class)
        value = ""
        if is_class and not one.required:
            value = " = None" if one.nullable else f" = {self._empty(one)}"
        return f"    {one.name}: {shown}{value}\n{_doc(one.doc, '    ')}"

    def _empty(self, one: Field) -> str:
        kind = "list" if isinstance(one.type, ListOf) else getattr(one.type, "name", "")
        return EMPTY[kind]

    def _type(self, type_: Type, is_class: bool = False) -> str:
        if isinstance(type_, Plain):
            return {"null": "None", "bytes": "str"}.get(type_.name, type_.name)
        if isinstance(type_, Ref):
            return type_.name
        if isinstance(type_, ListOf):
            item = self._type(type_.item, is_class)
            return f"Tuple[{item}, ...]" if is_class else f"List[{item}]"
        if isinstance(type_, MapOf):
            return f"{'Mapping' if is_class else 'Dict'}[str, {self._type(type_.value, is_class)}]"
        if isinstance(type_, AnyOf):
            rest = [self._type(option, is_class) for option in type_.options if option != NULL]
            joined = rest[0] if len(rest) == 1 else f"Union[{', '.join(rest)}]"
            return f"Optional[{joined}]" if NULL in type_.options else joined
        assert isinstance(type_, Words), type_
        return _literal(list(type_.values))

    def _of_all(self, one: Definition, name: str) -> str:
        found = {self._type(f.type, True): None for v in one.variants for f in v.fields if f.name == name}
        plain = {shown[9:-1] if shown.startswith("Optional[") else shown: None for shown in found}
        return list(plain)[0] if len(plain) == 1 else f"Union[{', '.join(plain)}]"


def _reader_of(union: str) -> str:
    """Those of parts are no field's name, which would hide them within a class."""
    return union.lower() if union in FOLDED else f"read_{union.lower()}"


def _is_everywhere(one: Definition, field: Field) -> bool:
    return all(any(f.name == field.name and f.type == field.type for f in v.fields) for v in one.variants)


def _word(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _literal(words: list[str]) -> str:
    return _call("Literal", [_word(word) for word in words], "[", "]", call=False).rstrip("\n")


def _union(options: list[str]) -> str:
    return _call("Union", options, "[", "]", call=False).rstrip("\n")


def _call(head: str, items: list[str], left: str, right: str, call: bool = True) -> str:
    """`head([items])` on one line, or an item a line."""
    indent = " " * (len(head) - len(head.lstrip()))
    before, after = (f"({left}", f"{right})") if call else (left, right)
    line = f"{head}{before}{', '.join(items)}{after}\n"
    if len(line) <= 100:
        return line
    rows = "".join(f"{indent}    {item},\n" for item in items)
    return f"{head}{before}\n{rows}{indent}{after}\n"


def _doc(doc: str, indent: str, tight: bool = False) -> str:
    text = doc.replace("\\", "\\\\").replace('"""', "'''").replace("`", "``").replace("````", "``")
    lines = paragraphs(text, WIDTH - len(indent) - 3)
    if tight:
        # No empty lines between the items of a list.
        first = next((i for i, line in enumerate(lines) if line.startswith("- ")), len(lines))
        lines = lines[:first] + [line for line in lines[first:] if line]
    if not lines:
        return ""
    end = " " if lines[-1].endswith('"') else ""
    if len(lines) == 1:
        return f'{indent}"""{lines[0]}{end}"""\n'
    body = "".join(f"{indent}{line}".rstrip() + "\n" for line in lines[1:])
    return f'{indent}"""{lines[0]}\n{body}{indent}"""\n'
