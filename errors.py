"""Every exception that crossfoot raises, with its exit code and its remedy.

CrossfootError
├── InputError            an input that cannot be used; the next input goes on
│   ├── MissingInput        no such file, or a folder where a file is meant
│   ├── UnsupportedInput    empty, or neither PDF, TIFF, PNG nor JPEG
│   ├── DamagedInput        the right kind of file, but it cannot be read
│   ├── PasswordNeeded      an encrypted PDF and no password, or a wrong one
│   └── LimitExceeded       larger than an option allows; the message names the option
├── OptionsError          options that contradict themselves or are out of range
├── WeightsError          model weights missing, damaged or not to be fetched
├── EngineError           an engine whose package is missing, or that cannot start
├── OutputError           a result that cannot be written, or would overwrite another
├── DocumentError         a document.json, or a record, that breaks the format
└── ForkError             a Digitizer with loaded models used in a forked process

Everything that goes wrong after an input was accepted becomes a `document.Problem`
instead, so that one bad page costs that page alone.
"""

from __future__ import annotations

from typing import Any

EXIT_OK = 0
EXIT_USAGE = 2
EXIT_PARTIAL = 3
EXIT_FAILED = 4


class CrossfootError(Exception):
    """Base of all errors: `str()` is one line that names the thing and the reason.

    Args:
        reason: what is wrong, in one clause.
        name: the file, option or model that it is wrong with.
        remedy: what to do about it; defaults to the class's own remedy.
    """

    exit_code = EXIT_FAILED
    default_remedy = ""

    def __init__(self, reason: str, *, name: str = "", remedy: str = "") -> None:
        self.reason = reason
        self.name = name
        self.remedy = remedy or self.default_remedy
        super().__init__(f"{name}: {reason}" if name else reason)

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword arguments are lost by the default reduction of exceptions.
        return _rebuild, (type(self), self.reason, self.name, self.remedy)


def _rebuild(kind: type[CrossfootError], reason: str, name: str, remedy: str) -> CrossfootError:
    return kind(reason, name=name, remedy=remedy)


class InputError(CrossfootError):
    """An input that cannot be used."""


class MissingInput(InputError):
    """No such file, or a folder where a file is meant."""


class UnsupportedInput(InputError):
    """Empty, or of a format that is not read."""

    default_remedy = "crossfoot reads PDF, TIFF, PNG and JPEG"


class DamagedInput(InputError):
    """The right kind of file, but truncated or broken."""


class PasswordNeeded(InputError):
    """An encrypted PDF without its password."""

    default_remedy = "give the password with --password"


class LimitExceeded(InputError):
    """Larger than an option allows."""


class OptionsError(CrossfootError):
    """Options that contradict themselves or are out of range."""

    exit_code = EXIT_USAGE


class WeightsError(CrossfootError):
    """Model weights that are missing, damaged or not to be fetched."""

    default_remedy = "run `crossfoot weights fetch`, or set CROSSFOOT_WEIGHTS to a folder that holds them"


class EngineError(CrossfootError):
    """An engine whose package is missing, or that cannot start."""


class OutputError(CrossfootError):
    """A result that cannot be written."""


class DocumentError(CrossfootError):
    """A document.json, or a record, that breaks the format."""


class ForkError(CrossfootError):
    """Model sessions do not survive a fork."""

    default_remedy = "create the Digitizer in the worker, or start workers with the spawn method"


def one_line(error: Exception) -> str:
    """What an error says, on one line; one that is not crossfoot's own is named."""
    if isinstance(error, CrossfootError):
        return str(error)
    return " ".join(f"{type(error).__name__}: {error}".split())
