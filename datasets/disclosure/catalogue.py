"""Subjects of the government classification, and the invented bureaus that spend under them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Bureau:
    """A kind of bureau: its name, the 项 of its own work (running costs first), its programmes."""

    name: str
    functions: tuple[str, ...]
    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Words that names of organizations are made of."""

    cities: tuple[str, ...]
    districts: tuple[str, ...]
    subordinates: tuple[str, ...]


@cache
def subjects() -> Mapping[str, Mapping[str, str]]:
    """Names by code: `function` with 3, 5 or 7 digits, `economic` with 3 or 5."""
    data = tomllib.loads((HERE / "subjects.toml").read_text(encoding="utf-8"))
    return {"function": data["function"], "economic": data["economic"]}


@cache
def former_names() -> Mapping[str, list[str]]:
    """Other wordings that are in print, by functional code."""
    data = tomllib.loads((HERE / "subjects.toml").read_text(encoding="utf-8"))
    former: Mapping[str, list[str]] = data["former"]
    return former


_SINCE = {"224": 2019, "234": 2020}


def classes_since(code: str) -> int:
    """The first year whose tables list a functional class; 0 for those that were always listed."""
    return _SINCE.get(code, 0)


@cache
def function_classes() -> tuple[str, ...]:
    """The three-digit functional codes in order, as summaries list them."""
    return tuple(code for code in subjects()["function"] if len(code) == 3)


@cache
def bureaus() -> tuple[Bureau, ...]:
    """The kinds of bureaus."""
    data = tomllib.loads((HERE / "bureaus.toml").read_text(encoding="utf-8"))
    return tuple(
        Bureau(entry["name"], tuple(entry["functions"]), tuple(entry["projects"])) for entry in data["bureau"]
    )


@cache
def places() -> Places:
    """The words for names."""
    data = tomllib.loads((HERE / "bureaus.toml").read_text(encoding="utf-8"))
    return Places(tuple(data["cities"]), tuple(data["districts"]), tuple(data["subordinates"]))


def ordinal(number: int) -> str:
    """1 to 99 in Chinese: 一, 十, 十一, 二十三."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")
