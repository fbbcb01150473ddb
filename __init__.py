"""crossfoot: scanned budget disclosures as tables whose amounts arithmetic can check.

The names below load when they are first used, so that `import crossfoot` is quick and
loads neither OCR nor OpenCV.
"""

# No relative import at module level: pytest imports this file under its folder's name.
import importlib as _importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_EXPORTS = {
    "ArithmeticOptions": "arithmetic.options",
    "Box": "document",
    "Cell": "document",
    "Correction": "document",
    "CrossfootError": "errors",
    "Digitizer": "pipeline",
    "Document": "document",
    "Equation": "document",
    "Options": "pipeline",
    "Problem": "document",
    "Table": "document",
    "check": "sheets.checking",
    "digitize": "pipeline",
}

__all__ = ["__version__", *_EXPORTS]

if TYPE_CHECKING:
    from .arithmetic.options import ArithmeticOptions
    from .document import Box, Cell, Correction, Document, Equation, Problem, Table
    from .errors import CrossfootError
    from .pipeline import Digitizer, Options, digitize
    from .sheets.checking import check


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_importlib.import_module(f".{_EXPORTS[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_EXPORTS})
