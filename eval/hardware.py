"""What a measurement ran on: without it, seconds and megabytes compare with nothing."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

# Whatever may change a result or its cost; pandas and the like only write it down.
_PACKAGES = ("numpy", "onnxruntime", "opencv-contrib-python", "pillow", "pypdfium2", "img2table", "paddleocr")


@dataclass(frozen=True, slots=True)
class Hardware:
    """The machine and the versions.

    Attributes:
        processor: the CPU's own name for itself.
        cores: how many of its cores this process may use.
        memory: MiB of RAM in the machine.
        system: operating system with its release.
        python: version of the interpreter.
        packages: (name, version) of each installed package that may change a result.
    """

    processor: str
    cores: int
    memory: int
    system: str
    python: str
    packages: tuple[tuple[str, str], ...]

    @property
    def machine(self) -> str:
        """Processor, cores and memory in one phrase."""
        return f"{self.processor}, {self.cores} cores, {self.memory / 1024:.0f} GiB"

    @property
    def versions(self) -> str:
        """System and packages in one phrase."""
        return ", ".join([self.system, f"Python {self.python}", *(f"{n} {v}" for n, v in self.packages)])


def this_machine() -> Hardware:
    """The machine that this runs on."""
    import psutil

    from ..ocr.threads import available_cores

    return Hardware(
        processor=_processor(),
        cores=available_cores(),
        memory=psutil.virtual_memory().total >> 20,
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        packages=tuple((name, version) for name in _PACKAGES if (version := _version(name))),
    )


def _processor() -> str:
    try:  # platform.processor() is empty or just the architecture on Linux
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(filter(None, [*names, platform.processor(), platform.machine()]), "unknown")


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
