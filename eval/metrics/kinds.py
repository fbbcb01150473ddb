"""Kinds of tables: macro-F1 and a confusion matrix, over the tables that were found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .bootstrap import Sums

if TYPE_CHECKING:
    import numpy as np

NONE = ""
"""What a table without a kind counts as."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """How often a table of one kind was given another: sorted (true, given, count)."""

    confusion: tuple[tuple[str, str, int], ...] = ()

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]]) -> Kinds:
        """Count (true, given) pairs."""
        return cls(tuple((*pair, count) for pair, count in sorted(Counter(pairs).items())))

    def __add__(self, other: Kinds) -> Kinds:
        counts: Counter[tuple[str, str]] = Counter()
        for true, given, count in self.confusion + other.confusion:
            counts[true, given] += count
        return Kinds(tuple((*pair, count) for pair, count in sorted(counts.items())))

    @property
    def labels(self) -> tuple[str, ...]:
        """The kinds that are true or given somewhere, sorted."""
        names = {name for true, given, _ in self.confusion for name in (true, given)}
        return tuple(sorted(names - {NONE}))

    @property
    def are_given(self) -> bool:
        """Whether the result says a kind of any table; one that says none cannot be judged."""
        return any(given != NONE for _, given, _ in self.confusion)

    def f1(self, label: str) -> float:
        """Harmonic mean of precision and recall of one kind; 0 where it was never right."""
        right = sum(n for true, given, n in self.confusion if true == given == label)
        either = sum(n * ((true == label) + (given == label)) for true, given, n in self.confusion)
        return 2 * right / either if either else 0.0

    @property
    def macro_f1(self) -> float:
        """Mean of the F1 of every kind that is true or given somewhere; 1 without any table."""
        labels = self.labels
        return sum(map(self.f1, labels)) / len(labels) if labels else 1.0

    @property
    def accuracy(self) -> float:
        """Share of tables with their own kind; 1 without any table."""
        tables = sum(n for *_, n in self.confusion)
        return sum(n for true, given, n in self.confusion if true == given) / tables if tables else 1.0


def macro_f1_sums(documents: Sequence[Kinds]) -> Sums:
    """Macro-F1 as a function of sums over documents, for a bootstrap."""
    import numpy as np

    labels = sorted({label for kinds in documents for label in kinds.labels})
    counts = np.zeros((len(documents), 2, len(labels)))
    places = {label: place for place, label in enumerate(labels)}
    for document, kinds in enumerate(documents):
        for true, given, count in kinds.confusion:
            for name in (true, given):
                if name != NONE:
                    counts[document, 1, places[name]] += count
            if true == given:
                counts[document, 0, places[true]] += 2 * count

    def macro_f1(sums: np.ndarray) -> np.ndarray:
        right, either = sums.reshape(len(sums), 2, -1).transpose(1, 0, 2)
        present = (either > 0).sum(axis=1)
        total = (right / np.where(either > 0, either, 1)).sum(axis=1)
        return np.where(present > 0, total / np.maximum(present, 1), 1.0)

    return Sums(counts.reshape(len(documents), 2 * len(labels)), macro_f1)
