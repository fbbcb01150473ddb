"""The performance forms, by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain

from ..accounts import Project
from ..building import Context, Made
from .annual import annual
from .application import application
from .evaluation import self_evaluations
from .form import TARGET, targeted
from .maze import maze
from .overall import overall_targets

_TARGETS: Mapping[str, Callable[[Context, Project, str], tuple[Made, ...]]] = {
    "annual": annual,
    "application": application,
    "maze": maze,
}


def project_targets(context: Context) -> tuple[Made, ...]:
    """Target forms of a few projects, all in the form that the document's city uses."""
    make = _TARGETS[context.choose(*_TARGETS)]
    return tuple(chain.from_iterable(
        make(context, project, TARGET if index == 1 else f"{TARGET}/{index}")
        for index, project in enumerate(targeted(context), start=1)
    ))  # fmt: skip


PERFORMANCE_FORMS: Mapping[str, Callable[[Context], tuple[Made, ...]]] = {
    TARGET: project_targets,
    "performance.overall_target": overall_targets,
    "performance.self_evaluation": self_evaluations,
}
"""Makers by kind; each makes one table or more."""
