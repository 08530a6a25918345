"""What the models have in common: `models.py` is made of it."""

from __future__ import annotations

import json
import os
import re
from typing import Any, Callable, Dict, List, Tuple, Union

try:
    from pydantic import BaseModel, ConfigDict, Discriminator, ValidationError, WithJsonSchema, model_validator
    from pydantic_core import InitErrorDetails, PydanticCustomError
    from typing_extensions import Annotated
except ImportError as error:
    raise ImportError("adgen.models needs pydantic 2: pip install 'adgen[pydantic]'") from error

from . import InvalidProject, validate

Handler = Callable[[Any], Dict[str, Any]]


class Written(BaseModel):
    """What programs write: nothing is guessed, as a document's own check guesses nothing."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Given(BaseModel):
    """What adgen gives. What a newer adgen tells beside that is passed over."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)


class Document(Written):
    """A whole document, which adgen itself checks: a model by itself knows no rule about two fields."""

    @model_validator(mode="before")
    @classmethod
    def _check(cls, data: Any) -> Any:
        # Anything else than an object is for pydantic to refuse.
        if not isinstance(data, dict):
            return data
        try:
            problems = validate(data)
        except InvalidProject as error:
            problems = error.problems
        if problems:
            raise ValidationError.from_exception_data(cls.__name__, [_line(p.path, p.message, data) for p in problems])
        return _with_texts(data)


class Format:
    """Which number it is in Rust, for the schema."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get_pydantic_json_schema__(self, schema: Any, handler: Handler) -> Dict[str, Any]:
        return {**handler(schema), "format": self.name}


Double = Annotated[float, Format("double")]
Float = Annotated[float, Format("float")]
Uint = Annotated[int, Format("uint")]
Uint32 = Annotated[int, Format("uint32")]
Uint64 = Annotated[int, Format("uint64")]


def no_default(schema: Dict[str, Any]) -> None:
    """Where a field may be left out and the schema names no default, for leaving it out is one."""
    schema.pop("default", None)


def words(about: str, each: Dict[str, str]) -> WithJsonSchema:
    """The schema of these words, with what is said about each."""
    if not any(each.values()):
        return WithJsonSchema({"type": "string", "description": about, "enum": list(each)})
    options = [{"type": "string", "const": word, "description": said} for word, said in each.items()]
    return WithJsonSchema({"description": about, "oneOf": options})


def keyed(*names: str) -> Discriminator:
    """Tells alternatives from each other by the one key that each has."""

    def key(value: Any) -> Any:
        if isinstance(value, dict):
            return next(iter(value)) if len(value) == 1 else None
        return next((name for name in names if hasattr(value, name)), None)

    message = f"an object with one field is required: {' or '.join(names)}"
    return Discriminator(key, custom_error_type="alternative", custom_error_message=message)


def _with_texts(value: Any) -> Any:
    """Paths are texts, as in a dict that is handed in."""
    if isinstance(value, dict):
        return {name: _with_texts(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_with_texts(entry) for entry in value]
    return os.fsdecode(value) if isinstance(value, os.PathLike) else value


def _line(path: str, message: str, data: Any) -> InitErrorDetails:
    where = _parts(path)
    for part in where:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            # It is missing, or in a part that is a model already.
            break
    # The message may hold braces, which would be a place for a value.
    return {"type": PydanticCustomError("adgen", "{message}", {"message": message}), "loc": where, "input": data}


_PART = re.compile(r'\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.\[]+)')


def _parts(path: str) -> Tuple[Union[int, str], ...]:
    """`scenes[2].duration_s` as pydantic has it."""
    parts: List[Union[int, str]] = []
    for index, quoted, plain in _PART.findall(path):
        parts.append(int(index) if index else plain or json.loads(f'"{quoted}"'))
    return tuple(parts)
