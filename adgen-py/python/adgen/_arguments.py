"""What a studio takes, for type checkers alone: nothing imports it when a program runs."""

from __future__ import annotations

import os
from typing import IO, Any, Dict, Mapping, Optional, Protocol, TypedDict, Union

from . import types


class Model(Protocol):
    """A model of pydantic's: one of ``adgen.models``, or the caller's own."""

    def model_dump(self, *, mode: Any = ..., by_alias: bool = ...) -> Dict[str, Any]: ...


Document = Union[types.AdProject, Mapping[str, Any], Model, str, "os.PathLike[str]"]
"""A document: a dict, a model, JSON text, or the path of a file."""

Files = Mapping[str, Union[bytes, bytearray, memoryview, "os.PathLike[str]", IO[bytes]]]
"""What a document's files hold, by their names in it."""


class Settings(TypedDict, total=False):
    """``types.StudioConfig`` without the storage, which has an argument of its own."""

    allow_private_urls: bool
    assets: types.AssetPolicy
    cache_bytes: int
    cache_dir: Union[None, str, os.PathLike[str]]
    fonts: types.FontSources
    http: types.HttpOptions
    job_timeout_s: float
    jobs: Optional[int]
    matting: types.Matting
    max_usd: Optional[float]
    models: types.Models
    offline: bool
