"""What a provider's object has to have, and what is wrong with one that was given."""

from __future__ import annotations

from typing import Any, Dict, List, NoReturn, Tuple

from ._errors import InvalidConfig

Role = str
_JOBS = {
    "estimate": ("request",),
    "start": ("request", "context"),
    "check": ("job", "context"),
    "cancel": ("job", "context"),
    "find": ("request", "since", "known", "context"),
    "fetch": ("url", "target", "context"),
}
CALLED: Dict[Role, Dict[str, Tuple[str, ...]]] = {
    "planner": {"estimate": ("request",), "plan": ("request", "context")},
    "video": {**_JOBS, "offer": ("request",)},
    "audio": {**_JOBS, "offered_s": ("request",)},
    "remover": {"coarse_mask": ("photo", "context")},
}
"""The methods that are called by keyword, with the names of what they are given."""
_TOLD: Dict[Role, Tuple[str, ...]] = {
    "planner": ("info",),
    "video": ("info", "capability", "gives_private_urls"),
    "audio": ("info", "capability", "gives_private_urls"),
    "remover": ("name", "version", "resolution"),
}
_NEEDED: Dict[Role, Tuple[str, ...]] = {
    "planner": ("info", "plan"),
    "video": ("info", "start", "check", "cancel"),
    "audio": ("info", "start", "check", "cancel"),
    "remover": ("name", "version", "coarse_mask"),
}
_SETTING = {"planner": "models", "video": "models", "audio": "models", "remover": "matting"}


def methods(role: Role, provider: Any) -> List[str]:
    """What the object has of the contract."""
    return [name for name in (*_TOLD[role], *CALLED[role]) if hasattr(provider, name)]


def check(role: Role, provider: Any) -> None:
    """Raises ``InvalidConfig`` where the object lacks a method, or a method something that it is given."""
    if isinstance(provider, str):
        key = "model" if role == "remover" else role
        raise InvalidConfig(
            f"{role} is an object with the methods of a provider, not the text {provider!r}",
            hint=f'a model is chosen by a setting of the studio: {_SETTING[role]}={{"{key}": {provider!r}}}',
        )
    missing = [name for name in _NEEDED[role] if not hasattr(provider, name)]
    if missing:
        _refuse(role, provider, f"lacks {', '.join(missing)}", f"it needs {', '.join(_NEEDED[role])}")
    for name, given in CALLED[role].items():
        if hasattr(provider, name):
            _check_method(role, provider, name, given)


def _check_method(role: Role, provider: Any, name: str, given: Tuple[str, ...]) -> None:
    # A large module, which a studio without providers does without.
    import inspect

    call = f"it is called as {name}({', '.join(f'{one}=…' for one in given)})"
    method = getattr(provider, name)
    if not callable(method):
        _refuse(role, provider, f"is none: its {name} is no method", call)
    try:
        parameters = inspect.signature(method).parameters.values()
    except (TypeError, ValueError):
        # Of some that are written in C nobody can tell.
        return
    named = {one.name for one in parameters if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)}
    takes_all = any(one.kind is one.VAR_KEYWORD for one in parameters)
    lacks = [one for one in given if one not in named and not takes_all]
    foreign = [
        one.name
        for one in parameters
        if one.default is one.empty and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
        and (one.name not in given or one.kind is one.POSITIONAL_ONLY)
    ]
    if inspect.isclass(provider) and "self" in foreign:
        _refuse(role, provider, "is the class itself", f"give an object of it, such as {provider.__name__}()")
    if lacks or foreign:
        wrong = [f"lacks the parameter {one}" for one in lacks] + [f"needs {one}, which nobody gives" for one in foreign]
        _refuse(role, provider, f"is none: its {name} {' and '.join(wrong)}", call)


def _refuse(role: Role, provider: Any, what: str, hint: str) -> NoReturn:
    kind = provider.__name__ if isinstance(provider, type) else type(provider).__name__
    raise InvalidConfig(f"the {role} {kind} {what}", hint=f"{hint}; help(adgen.provider) shows one")
