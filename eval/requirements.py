"""Requirements such as `amounts>=0.99,fax:teds>=0.9`, for a build that is to fail below them.

A requirement names a figure, a bound, and where wanted the damage profile that it is about;
without one it is about the whole set. A figure that the set cannot give fails its
requirement: what was not measured was not met.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from ..errors import OptionsError
from .figures import FIGURES

OVERALL = "all"
"""The scope of the whole set."""

_OPTION = "--require"
_FORM = re.compile(
    r"(?:(?P<scope>[^:<>=]+):)?\s*(?P<name>[^:<>=\s]+)\s*(?P<relation>>=|<=)\s*(?P<bound>\d+(?:\.\d+)?|\.\d+)"
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A bound on a figure over a damage profile, or over the whole set."""

    name: str
    relation: Literal[">=", "<="]
    bound: float
    scope: str = OVERALL

    def __str__(self) -> str:
        where = "" if self.scope == OVERALL else f"{self.scope}:"
        return f"{where}{self.name}{self.relation}{self.bound:g}"

    def is_met(self, value: float | None) -> bool:
        """Whether a figure keeps the bound; one that is not available does not."""
        if value is None:
            return False
        return value >= self.bound if self.relation == ">=" else value <= self.bound


@dataclass(frozen=True, slots=True)
class Verdict:
    """A requirement with the figure that was measured; None where the set does not give one."""

    requirement: Requirement
    value: float | None

    @property
    def met(self) -> bool:
        """Whether the requirement is kept."""
        return self.requirement.is_met(self.value)

    def __str__(self) -> str:
        if self.value is None:
            return f"{self.requirement}: not met, the set gives no {self.requirement.name} there (n/a)"
        return f"{self.requirement}: {'met' if self.met else 'not met'}, measured {self.value:.4g}"


def parse_requirements(text: str) -> tuple[Requirement, ...]:
    """Read a comma-separated list of requirements.

    Raises:
        OptionsError: not of the form NAME>=BOUND or SCOPE:NAME<=BOUND, an unknown figure (the
            known ones are listed), or a share above 1.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise OptionsError("names no requirement", name=_OPTION, remedy="write, say, amounts>=0.99")
    return tuple(_parse(part) for part in parts)


def check_scopes(requirements: Collection[Requirement], profiles: Collection[str]) -> None:
    """Refuse a requirement on a profile that the set has not.

    Raises:
        OptionsError: the profile is unknown; those of the set are listed.
    """
    for item in requirements:
        if item.scope not in (OVERALL, *profiles):
            known = ", ".join(sorted(profiles))
            raise OptionsError(
                f"no fixture has the damage {item.scope!r}", name=_OPTION, remedy=f"there are: {known}"
            )


def _parse(part: str) -> Requirement:
    match = _FORM.fullmatch(part)
    if match is None:
        raise OptionsError(f"{part!r} is no requirement", name=_OPTION, remedy="write, say, amounts>=0.99")
    name, bound = match["name"], float(match["bound"])
    if name not in FIGURES:
        raise OptionsError(
            f"unknown figure {name!r}", name=_OPTION, remedy=f"known figures: {', '.join(FIGURES)}"
        )
    if FIGURES[name].share and bound > 1:
        raise OptionsError(
            f"{part!r}: {name} is a share and never above 1", name=_OPTION, remedy="write 0.99 for 99 %"
        )
    relation: Literal[">=", "<="] = ">=" if match["relation"] == ">=" else "<="
    return Requirement(name, relation, bound, (match["scope"] or OVERALL).strip())
