"""A product photo, a brief and a brand become a finished video ad.

>>> import adgen
>>> adgen.validate({"id": "demo", "brief": {"product_name": "Rosso"}, "product": {"image": "rosso.png"}})
[]
"""

from ._adgen import version
from ._project import Problem, validate

__all__ = ["Problem", "validate", "version"]
__version__ = version()
