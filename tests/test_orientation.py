"""How lines of text run is seen in the ink; which end is up is asked of a network."""

from pathlib import Path

import numpy as np
import pytest
from crossfoot.errors import EngineError
from crossfoot.layout.upright import make_upright
from crossfoot.models.orientation import PageOrientation, load_orientation
from crossfoot.models.weights import DEFAULT_ORIENTATION, WeightStore
from crossfoot.source import open_source
from drawn_pages import table_page, text_page, turned


class Answers:
    """A network that is sure of the share `up` that a page is the right way up; counts its calls."""

    def __init__(self, up: float) -> None:
        self.up = up
        self.calls = 0

    def __call__(self, image: np.ndarray) -> np.ndarray:
        self.calls += 1
        return np.array([0.95 * self.up, 0.025, 0.95 * (1 - self.up), 0.025])


@pytest.mark.parametrize("columns", [False, True])
@pytest.mark.parametrize("degrees", [-13.0, -3.0, 0.0, 8.0])
def test_ink_alone_tells_level_text_from_upright(columns: bool, degrees: float) -> None:
    for seed in range(2):
        page = turned(text_page(seed, columns), degrees)
        assert make_upright(page, 15.0).quarters == 0
        upended = np.ascontiguousarray(np.rot90(page, -1))
        result = make_upright(upended, 15.0)
        assert (result.quarters, result.doubtful) == (1, True)  # nothing says which end is up


def test_the_network_decides_which_end_is_up() -> None:
    level, upended = text_page(), np.ascontiguousarray(np.rot90(text_page(), -1))
    assert make_upright(upended, 15.0, Answers(0.9)).quarters == 1
    assert make_upright(upended, 15.0, Answers(0.1)).quarters == 3
    assert make_upright(level, 15.0, Answers(0.9)).quarters == 0
    assert make_upright(level, 15.0, Answers(0.1)).quarters == 2


def test_a_page_that_runs_level_is_not_turned_over_for_a_slight_chance() -> None:
    network = Answers(0.46)
    result = make_upright(text_page(), 15.0, network)
    assert (result.quarters, result.doubtful) == (0, True)
    assert network.calls == 3  # once, and once more for each half


def test_an_open_answer_about_an_upended_page_is_a_doubt() -> None:
    upended = np.ascontiguousarray(np.rot90(text_page(), -1))
    assert make_upright(upended, 15.0, Answers(0.5)).doubtful
    assert not make_upright(upended, 15.0, Answers(0.9)).doubtful


def test_without_text_nothing_is_asked() -> None:
    network = Answers(0.1)
    assert make_upright(table_page(), 15.0, network).quarters == 0
    assert network.calls == 0


def test_a_network_that_cannot_be_had_leaves_the_ink_to_decide() -> None:
    upended = np.ascontiguousarray(np.rot90(text_page(), -1))
    result = make_upright(upended, 15.0, lambda image: None)
    assert (result.quarters, result.doubtful) == (1, True)


def test_a_broken_network_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "inference.onnx").write_bytes(b"no network")
    with pytest.raises(EngineError, match="cannot be loaded"):
        PageOrientation(tmp_path)


@pytest.mark.weights
def test_sample_pages_come_out_upright_however_they_lie(samples: Path) -> None:
    network = load_orientation()
    for path in sorted(samples.glob("*.pdf"))[::2]:
        with open_source(path) as source:
            image = source.load(1).image
        for quarters in range(4):
            scan = np.ascontiguousarray(np.rot90(image, -quarters))
            result = make_upright(scan, 15.0, network)
            assert (path.name, result.quarters, result.doubtful) == (path.name, quarters, False)


@pytest.mark.weights
def test_tiny_and_narrow_pictures_have_probabilities_too() -> None:
    network = load_orientation()
    for shape in ((1, 1, 3), (3, 2000, 3), (2000, 3, 3), (224, 256, 3)):
        probabilities = network(np.full(shape, 255, np.uint8))
        assert probabilities.shape == (4,)
        assert probabilities.sum() == pytest.approx(1)


@pytest.mark.weights
def test_the_network_sees_what_paddleocr_shows_it() -> None:
    yaml = pytest.importorskip("yaml")
    folder = WeightStore().folder(DEFAULT_ORIENTATION)
    config = yaml.safe_load((folder / "inference.yml").read_text(encoding="utf-8"))
    steps = {name: value for step in config["PreProcess"]["transform_ops"] for name, value in step.items()}
    assert steps["ResizeImage"] == {"resize_short": 256}
    assert steps["CropImage"] == {"size": 224}
    assert config["PostProcess"]["Topk"]["label_list"] == ["0", "90", "180", "270"]
