"""Evaluate: read a set of fixtures, let a baseline read the same pages, judge both.

Tools take turns over the whole set, each in worker processes of its own, so that neither
pays for the other's memory. Results are kept by content and by everything that they depend
on, and judged anew each time. What one fixture brings down counts as nothing found there.
"""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from .. import __version__
from ..errors import InputError, MissingInput, OptionsError, one_line
from .cache import Cache, Entry, files_digest, fingerprint, program
from .hardware import Hardware, this_machine
from .pool import Pool
from .requirements import OVERALL, Requirement, check_scopes
from .results import SMALL, Evaluation, Judged, Setting
from .running import CROSSFOOT, IMG2TABLE, Against, Judge, Read, check, has_small, judge, read, read_against

if TYPE_CHECKING:
    from ..datasets.fixtures.sets import Fixture, FixtureSet, Refusal
    from ..models.weights import Progress
    from ..pipeline import Options

__all__ = ["FORMATS", "Evaluation", "Plan", "evaluate"]

T = TypeVar("T")
D = TypeVar("D")
R = TypeVar("R", Read, Against)
OnProgress = Callable[[str, int, int], None]
"""Called with what is being done, how many fixtures are done, and of how many."""

MAX_WORKERS = 64  # each holds the models: more are rather a mistake than a machine
_HANDS = ("baseline.py", "running.py", "cache.py")
"""Modules of the evaluation that have a hand in what the baseline gives."""

FORMATS = ("html", "ppstructure", "mineru", "docling", CROSSFOOT)
"""Formats of predictions."""


@dataclass(frozen=True)
class Plan:
    """What to evaluate and how.

    Attributes:
        against: the tool to compare with: `img2table`, or `crossfoot` where predictions are
            judged; None for no comparison.
        predictions: a folder of another tool's results, judged instead of crossfoot's, and
            their format, one of `FORMATS`.
        only: for `damage`, `split` and `id`, the values to keep; nothing given keeps all.
        workers: worker processes; 0 works in this one, which isolates nothing.
        time_limit: seconds that one step of one fixture may take in a worker process; what takes
            longer counts as nothing found. Too low, and it costs long documents their result.
        cache: folder of earlier results; None for the user's cache. With `use_cache` off
            nothing is taken from it or left there.
        seed: of the bootstrap.
        requirements: bounds that the figures are held against.
        options: of crossfoot; the threads are set by the number of workers.
    """

    against: str | None = None
    predictions: tuple[Path, str] | None = None
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    workers: int = 1
    time_limit: float = 4 * 3600.0
    cache: Path | None = None
    use_cache: bool = True
    seed: int = 0
    requirements: tuple[Requirement, ...] = ()
    options: Options | None = None

    def __post_init__(self) -> None:
        others = (IMG2TABLE,) if self.predictions is None else (CROSSFOOT,)
        if self.against is not None and self.against not in others:
            which = "predictions are" if self.predictions else "crossfoot is"
            raise OptionsError(f"{which} compared with {others[0]} alone", name="--against")
        if self.predictions is not None and self.predictions[1] not in FORMATS:
            raise OptionsError(f"must be one of {', '.join(FORMATS)}", name="--format")
        if not 0 <= self.workers <= MAX_WORKERS:
            raise OptionsError(f"must be between 1 and {MAX_WORKERS}", name="--workers")
        if not self.time_limit > 0:
            raise OptionsError("must be above 0", name="--time-limit")
        if self.seed < 0:
            raise OptionsError("must not be negative", name="--seed")

    @property
    def tools(self) -> tuple[str, ...]:
        """The tool that is judged, and the one that it is compared with."""
        first = CROSSFOOT if self.predictions is None else f"{self.predictions[1]} predictions"
        return (first,) if self.against is None else (first, self.against)


def evaluate(
    fixtures: Path | str | FixtureSet,
    plan: Plan | None = None,
    *,
    on_progress: OnProgress | None = None,
    on_fetch: Progress | None = None,
) -> Evaluation:
    """Run and judge a set of fixtures.

    Args:
        fixtures: the folder of the set, or a set that is loaded already.
        plan: what to do; crossfoot alone with its defaults where not given.
        on_progress: called when a fixture is done.
        on_fetch: called while missing weights are fetched.

    Raises:
        InputError: there is no set, or nothing in it to evaluate.
        OptionsError: the plan contradicts itself.
        WeightsError, EngineError: a tool cannot run at all.
    """
    plan = plan or Plan()
    if plan.predictions is not None and not plan.predictions[0].is_dir():
        raise MissingInput("no such folder", name=str(plan.predictions[0]))
    chosen = _chosen(fixtures, plan)
    if plan.predictions is not None:
        _check_stems(chosen)
    _check_scopes(chosen, plan.requirements)
    with _folder(plan) as folder:
        run = _Run(plan, folder.cache, this_machine(), on_progress or _silent)
        usable, refusals = run.usable(chosen.fixtures)
        if not usable:
            first = (*chosen.refusals, *refusals)[0]
            raise InputError(f"no fixture can be used, the first because: {first}", name=str(chosen.root))
        if plan.predictions is not None:
            _check_predictions(usable, *plan.predictions)
        results = run.results(usable, on_fetch)
        judged, unjudged = run.judged(usable, results)
        setting = Setting(
            chosen.root.name, __version__, run.digest, plan.seed, plan.workers, run.threads, run.hardware
        )
        refused = (*chosen.refusals, *refusals, *unjudged)
        evaluation = Evaluation(setting, plan.tools, judged, refused, plan.requirements)
        folder.bind(evaluation)
    return evaluation


def _chosen(fixtures: Path | str | FixtureSet, plan: Plan) -> FixtureSet:
    from ..datasets.fixtures.sets import load_set

    found = load_set(fixtures) if isinstance(fixtures, str | Path) else fixtures
    if not found.fixtures and found.refusals:
        raise InputError(
            f"no fixture can be used, the first because: {found.refusals[0]}", name=str(found.root)
        )
    return found.only(plan.only)


def _check_stems(chosen: FixtureSet) -> None:
    """Predictions are found by the names of the sources, so these must differ.

    Raises:
        OptionsError: two sources have one name, so what is of which is not clear.
    """
    seen: dict[str, Fixture] = {}
    for fixture in chosen.fixtures:
        other = seen.setdefault(fixture.source.stem, fixture)
        if other.source != fixture.source:
            raise OptionsError(
                f"the sources of fixtures {other.id} and {fixture.id} have one name, {fixture.source.stem}, "
                "so a prediction could be of either",
                name="--predictions",
                remedy="choose one of them with --only, or rename a source",
            )


def _check_scopes(chosen: FixtureSet, requirements: Sequence[Requirement]) -> None:
    """Refuse a requirement on a profile that the set has not, naming small type where it has that.

    Raises:
        OptionsError: the profile is unknown; those of the set are listed.
    """
    profiles = {f.damage for f in chosen.fixtures}
    unknown = [r for r in requirements if r.scope not in (OVERALL, SMALL, *profiles)]
    if unknown:  # only then are truths worth opening
        check_scopes(unknown, profiles | {SMALL for f in chosen.fixtures if has_small(f)})


def _check_predictions(fixtures: Sequence[Fixture], folder: Path, form: str) -> None:
    """Refuse a folder with nothing for any fixture: rather a wrong folder or name than a tool of zeros.

    Raises:
        InputError: there is none; the file that was looked for first is named.
    """
    from .predictions import expected, has_prediction

    if not any(has_prediction(folder, form, fixture.source.stem) for fixture in fixtures):
        first = expected(form, fixtures[0].source.stem)
        raise InputError(f"has no prediction for any fixture; the first would be {first}", name=str(folder))


@dataclass
class _Result:
    """What a tool made of a fixture, or why it made nothing."""

    entry: Entry | None = None
    failure: str | None = None
    cached: bool = False


@dataclass(frozen=True)
class _Folder:
    """The cache of a run, and what makes it last as long as its evaluation."""

    cache: Cache
    bind: Callable[[Evaluation], object]


@dataclass
class _Run:
    """One evaluation on its way."""

    plan: Plan
    cache: Cache
    hardware: Hardware
    report: OnProgress
    digest: str = ""

    @property
    def threads(self) -> int:
        """Threads that each worker may use."""
        return max(1, self.hardware.cores // max(1, self.plan.workers))

    def usable(self, fixtures: Sequence[Fixture]) -> tuple[list[Fixture], list[Refusal]]:
        """The fixtures whose truth can be read, and what is wrong with the others."""
        answers = self._all("checking", check, fixtures)
        reasons = [
            _reserved(f) or (str(a) if isinstance(a, Exception) else a)
            for f, a in zip(fixtures, answers, strict=True)
        ]
        usable = [f for f, reason in zip(fixtures, reasons, strict=True) if reason is None]
        refused = [_refusal(f, r) for f, r in zip(fixtures, reasons, strict=True) if r is not None]
        return usable, refused

    def results(self, fixtures: Sequence[Fixture], on_fetch: Progress | None) -> dict[str, list[_Result]]:
        """What each tool that has to run made of each fixture."""
        results: dict[str, list[_Result]] = {}
        if CROSSFOOT in self.plan.tools:
            options = self._options()
            key = self._fingerprint(options, on_fetch)
            tasks = [Read(f, options, self.cache.root, key) for f in fixtures]
            results[CROSSFOOT] = self._read(CROSSFOOT, tasks, read)
            if IMG2TABLE in self.plan.tools:
                key = fingerprint(key, files_digest([Path(__file__).with_name(n) for n in _HANDS]))
                # A grid without words, as crossfoot had failed, must not be found when it has not.
                wordless = fingerprint(key, "no words")
                entries = [result.entry for result in results[CROSSFOOT]]
                against = [
                    Against(f, entry, self.cache.root, key if entry else wordless)
                    for f, entry in zip(fixtures, entries, strict=True)
                ]
                results[IMG2TABLE] = self._read(IMG2TABLE, against, read_against)
        return results

    def judged(
        self, fixtures: Sequence[Fixture], results: Mapping[str, Sequence[_Result]]
    ) -> tuple[tuple[Judged, ...], list[Refusal]]:
        """Every result judged, fixture by fixture, and what could not be."""
        tasks = []
        for index, fixture in enumerate(fixtures):
            for tool in self.plan.tools:
                if tool in results:
                    result = results[tool][index]
                    tasks.append(Judge(fixture, tool, result.entry, None, result.failure, result.cached))
                else:
                    tasks.append(Judge(fixture, tool, predictions=self.plan.predictions))
        judged: dict[int, tuple[Judged, ...]] = {}
        refused: dict[str, Refusal] = {}
        answers = self._all("judging", judge, tasks)
        for index, (task, answer) in enumerate(zip(tasks, answers, strict=True)):
            if not isinstance(answer, Exception):
                judged[index] = answer
                continue
            # Once more as if it had found nothing: what cannot be judged counts 0.
            empty = Judge(task.fixture, task.tool, failure=f"not judged: {one_line(answer)}")
            try:
                judged[index] = judge(empty)
            except Exception as error:  # then it is the truth that cannot be judged
                refused[task.fixture.id] = _refusal(task.fixture, one_line(error))
        parts = (part for _, found in sorted(judged.items()) for part in found)
        return tuple(part for part in parts if part.fixture not in refused), list(refused.values())

    def _read(self, tool: str, tasks: Sequence[R], function: Callable[[R], Entry]) -> list[_Result]:
        """A result per task, from the cache or by running the tool."""
        results = [
            _Result(self.cache.find(task.fingerprint, task.fixture.sha256), cached=True) for task in tasks
        ]
        missing = [i for i, result in enumerate(results) if result.entry is None]
        answers = self._all(tool, function, [tasks[i] for i in missing])
        for index, answer in zip(missing, answers, strict=True):
            if isinstance(answer, Entry):
                results[index] = _Result(answer)
            else:
                results[index] = _Result(failure=one_line(answer))
        return results

    def _all(self, label: str, function: Callable[[T], D], tasks: Sequence[T]) -> list[D | Exception]:
        answers: dict[int, D | Exception] = {}
        self.report(label, 0, len(tasks))
        with Pool(self.plan.workers, self.threads, self.plan.time_limit) as pool:
            for index, answer in pool.each(function, tasks):
                answers[index] = answer
                self.report(label, len(answers), len(tasks))
        return [answers[index] for index in range(len(tasks))]

    def _options(self) -> Options:
        from ..pipeline import Options

        options = self.plan.options or Options()
        return replace(options, ocr=replace(options.ocr, threads=self.threads))

    def _fingerprint(self, options: Options, on_fetch: Progress | None) -> str:
        """Of everything that a result and its cost depend on; keeps the digest of the program."""
        from ..models.weights import WeightStore

        store = WeightStore(options.ocr.weights)
        models = [store.ensure(n, on_fetch) for n in (options.ocr.detection, options.ocr.recognition)]
        weights = [files_digest(sorted(path for path in m.iterdir() if path.is_file())) for m in models]
        self.digest = fingerprint(program(), weights)
        # Where the weights lie is no part of what they are, and a password none of a result.
        known = replace(
            options, ocr=replace(options.ocr, weights=None), source=replace(options.source, password=None)
        )
        machine: dict[str, Any] = dataclasses.asdict(self.hardware)
        return fingerprint(__version__, self.digest, dataclasses.asdict(known), machine, self.plan.workers)


@contextmanager
def _folder(plan: Plan) -> Iterator[_Folder]:
    """Where results are kept; a temporary folder goes when the block fails, or with its evaluation."""
    if plan.use_cache:
        yield _Folder(Cache(plan.cache), lambda evaluation: None)
        return
    place = tempfile.mkdtemp(prefix="crossfoot-")
    try:
        # The report is written from the results, so they must last as long as the evaluation.
        yield _Folder(
            Cache(Path(place)), lambda evaluation: weakref.finalize(evaluation, shutil.rmtree, place, True)
        )
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def _reserved(fixture: Fixture) -> str | None:
    """Why the name of a damage cannot head figures of its own, or None."""
    taken = fixture.damage in (OVERALL, SMALL)
    return f"damage {fixture.damage!r} is the name of another group of figures" if taken else None


def _refusal(fixture: Fixture, reason: str) -> Refusal:
    from ..datasets.fixtures.sets import Refusal

    return Refusal(fixture.truth.name, f"fixture {fixture.id}", reason.removeprefix(f"{fixture.truth}: "))


def _silent(label: str, done: int, total: int) -> None:
    """The progress of someone who does not look."""
