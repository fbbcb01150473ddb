"""Damage profiles: what printing, handling and scanning do to a page, as numbers.

The numbers stand in `damage.toml`, a table per name and version. A profile is asked for as
`office` (its latest version) or `office@1`; `office+seal` is a page scanned as `office` that
bears the marks of `seal` as well.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...errors import InputError

_NUMBERS = Path(__file__).parents[1] / "damage.toml"
_MARKS = ("seal", "signature", "fold", "creases", "bleed")


@dataclass(frozen=True, slots=True)
class Profile:
    """How a page is printed, handled and scanned; shares run from 0 to 1.

    Defaults are part of every profile that does not say otherwise, so they never change.

    Attributes:
        name: as in `damage.toml`; of a composition, all of them joined with `+`.
        version: of the numbers; of a composition, that of the first.
        dpi: resolution of the scan, and of the upright page it is made from.
        skew: degrees by which the paper lies turned at most, either way.
        blur: sigma of the lens in pixels; above 1 the digits of 9-point type run together.
        noise: sigma of the sensor in grey levels.
        speckle: share of the area under specks, dark ones on paper and light ones in ink.
        contrast: share of the distance from paper to ink that the scan keeps.
        ink: grey level of solid ink at full contrast.
        paper: red, green and blue of the paper; equal values give a grey scan.
        faint: share of the ink that is missing where the print is weakest.
        quality: of the JPEG, 1 to 95; under 50 ringing touches the digits.
        perspective: share of the page's sides by which its corners move at most.
        margin: share of the page's sides that the frame shows around it.
        desk: grey level of what lies around the page.
        light: share by which the darkest place is darker than the lightest.
        seal: how much of a seal's red reaches the paper.
        signature: how black the pen is.
        fold: how deep the creases are, in shade and in toner broken off.
        creases: how many there are.
        bleed: share of the ink of the back page that shows.
    """

    name: str
    version: int
    dpi: int
    skew: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    speckle: float = 0.0
    contrast: float = 1.0
    ink: int = 45
    paper: tuple[int, int, int] = (247, 247, 247)
    faint: float = 0.0
    quality: int = 85
    perspective: float = 0.0
    margin: float = 0.0
    desk: int = 70
    light: float = 0.0
    seal: float = 0.0
    signature: float = 0.0
    fold: float = 0.0
    creases: int = 0
    bleed: float = 0.0

    @property
    def colour(self) -> bool:
        """Whether its scans are RGB; all others are grey."""
        return self.seal > 0 or len(set(self.paper)) > 1

    @property
    def digest(self) -> str:
        """SHA-256 of the numbers, by which a changed profile gives itself away.

        Only of those that are not the default, so that a number that profiles gain later
        changes none of the old ones.
        """
        numbers = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}
        return hashlib.sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()


def profiles() -> Mapping[str, Profile]:
    """The latest version of every profile by its name, in the order of `damage.toml`."""
    latest: dict[str, Profile] = {}
    for entry in released().values():
        if entry.name not in latest or latest[entry.name].version < entry.version:
            latest[entry.name] = entry
    return latest


@cache
def released() -> Mapping[str, Profile]:
    """Every version of every profile, by `name@version`."""
    return MappingProxyType(read_profiles(_NUMBERS))


def profile(name: str) -> Profile:
    """A profile by name, `name@version` or a composition of them joined with `+`.

    The first gives the resolution and the optics; of the others only the marks are taken
    (seal, signature, creases, the back page), each as strong as the strongest has it.

    Raises:
        InputError: no such profile, or a later one of a composition has no marks to add.
    """
    first, *others = (_single(part.strip()) for part in name.split("+"))
    for other in others:
        marks = {mark: max(getattr(first, mark), getattr(other, mark)) for mark in _MARKS}
        if not any(getattr(other, mark) for mark in _MARKS):
            raise InputError(
                "has no marks to add to another profile",
                name=other.name,
                remedy="put it first, or leave it out",
            )
        first = replace(first, name=f"{first.name}+{other.name}", **marks)
    return first


def _single(name: str) -> Profile:
    latest = profiles()
    found = latest.get(name) or released().get(name)
    if found is None:
        remedy = f"there are {', '.join(latest)}, and joins like office+seal"
        raise InputError("no such damage profile", name=name, remedy=remedy)
    return found


def read_profiles(path: Path) -> dict[str, Profile]:
    """Profiles from a TOML file as `damage.toml` is laid out, by `name@version`.

    Raises:
        InputError: a name or a number that is none of a profile.
    """
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    found = (_profile(name, *entry) for name, versions in entries.items() for entry in versions.items())
    return {f"{p.name}@{p.version}": p for p in found}


def _profile(name: str, version: str, numbers: Mapping[str, Any]) -> Profile:
    unknown = sorted(set(numbers) - {f.name for f in fields(Profile)} | {"name", "version"} & set(numbers))
    if unknown:
        raise InputError(f"no number of a damage profile: {', '.join(unknown)}", name=f"{name}@{version}")
    try:
        values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in numbers.items()}
        return Profile(name=name, version=int(version), **values)
    except (TypeError, ValueError) as error:
        raise InputError(f"not a damage profile: {error}", name=f"{name}@{version}") from None
