"""What all that adgen gives has in common: `types.py` is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, ClassVar, Dict, FrozenSet, Mapping, NoReturn, Tuple, TypeVar

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: Any) -> Callable[[Any], Any]:
        return lambda cls: cls


_D = TypeVar("_D", bound="Data")

# Of one field.
_MOST_SHOWN = 100


# No dataclasses: making fifty of them takes 40 to 80 ms, which is more than all of `import adgen` may. Type checkers take them
# for such.
@dataclass_transform(kw_only_default=True, frozen_default=True)
class Data:
    """Plain data: immutable, compared by value, and picklable.

    Fields that a newer adgen tells and this one does not know are kept.
    """

    _NEEDED: ClassVar[FrozenSet[str]] = frozenset()
    _PARTS: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    """How a field is read, where it is more than what JSON has."""
    _TAG: ClassVar[str] = ""
    """The field that tells one of a union from the others."""

    if not TYPE_CHECKING:

        def __init__(self, **fields: Any) -> None:
            cls = type(self)
            if cls._TAG:
                fields.setdefault(cls._TAG, getattr(cls, cls._TAG))
            cls._check(fields)
            unknown = fields.keys() - _annotated(cls)
            if unknown:
                raise TypeError(f"{cls.__name__} has no {', '.join(sorted(unknown))}")
            self.__dict__.update((name, tuple(value) if value.__class__ is list else value) for name, value in fields.items())

    @classmethod
    def from_dict(cls: type[_D], data: Mapping[str, Any]) -> _D:
        """From what :func:`json.loads` makes of it, or :meth:`to_dict`."""
        cls._check(data)
        self = object.__new__(cls)
        fields = self.__dict__
        parts = cls._PARTS
        for name, value in data.items():
            fields[name] = parts[name](value) if name in parts and value is not None else value
        return self

    def to_dict(self) -> Dict[str, Any]:
        """As JSON has it."""
        return {name: _plain(value) for name, value in self.__dict__.items()}

    @classmethod
    def _check(cls, fields: Mapping[str, Any]) -> None:
        missing = cls._NEEDED.difference(fields)
        if missing:
            raise TypeError(f"{cls.__name__} needs {', '.join(sorted(missing))}")

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), _hashable(self.__dict__)))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={_shown(value)}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({fields})"


class ProblemLine:
    """A problem in one line."""

    if TYPE_CHECKING:
        path: Any
        message: Any

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else str(self.message)


def each(part: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Reads a list of `part`."""
    return lambda values: tuple(map(part, values))


def by_name(part: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Reads an object whose values are `part`."""
    return lambda values: {name: part(value) for name, value in values.items()}


def _annotated(cls: type) -> FrozenSet[str]:
    names = (name for base in cls.__mro__ for name in getattr(base, "__annotations__", ()))
    return frozenset(name for name in names if not name.startswith("_"))


def _plain(value: Any) -> Any:
    kind = value.__class__
    if kind is tuple or kind is list:
        return [_plain(one) for one in value]
    if kind is dict:
        return {name: _plain(one) for name, one in value.items()}
    return value.to_dict() if isinstance(value, Data) else value


def _shown(value: Any) -> str:
    """What is long by what it is: an outcome with all that it holds has thousands of characters."""
    text = repr(value)
    if len(text) <= _MOST_SHOWN:
        return text
    kind = value.__class__
    if kind is tuple or kind is list:
        return f"<{len(value)} x {value[0].__class__.__name__}>"
    if kind is dict:
        return f"<{len(value)} entries>"
    return f"{type(value).__name__}(...)" if isinstance(value, Data) else f"{text[:_MOST_SHOWN]}..."


def _hashable(value: Any) -> Any:
    kind = value.__class__
    if kind is tuple or kind is list:
        return tuple(map(_hashable, value))
    if kind is dict:
        return frozenset((name, _hashable(one)) for name, one in value.items())
    return value


__all__: Tuple[str, ...] = ("Data", "ProblemLine", "by_name", "each")
