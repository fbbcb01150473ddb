"""Amounts decoded from lattices, without a network."""

import itertools
import math
from decimal import Decimal

import numpy as np
import pytest
from crossfoot import amounts
from crossfoot.ocr import amount_calibration, amount_search
from crossfoot.ocr.amount_beam import decode, decode_together
from crossfoot.ocr.amount_calibration import IDENTITY, Calibration, Evidence
from crossfoot.ocr.amount_grammar import (
    BLANK,
    CANONICAL,
    ENDS,
    GLYPHS,
    OTHER,
    START,
    STEP,
    SYMBOLS,
    WIDTH,
    Columns,
)
from crossfoot.ocr.amount_search import masses, search
from crossfoot.ocr.amount_smoothing import smoothed
from crossfoot.ocr.number_format import BOUND, infer_format
from hypothesis import given, settings
from hypothesis import strategies as st

INDEX = {symbol: index for index, symbol in enumerate(SYMBOLS)} | {"": BLANK, "个": OTHER}
BUDGET = infer_format(["4,804.64", "12.50", "0.00", "1,120.00", "98.07", "3,286.92", "7.10"] * 5)


def drawn(*steps: str | dict[str, float], sure: float = 0.98) -> np.ndarray:
    """A lattice with a step for each symbol, of probability `sure`, or of the given ones.

    The rest of a step is spread evenly, but for a hundredth of it that goes to separators.
    """
    lattice = np.zeros((len(steps), WIDTH))
    for row, step in zip(lattice, steps, strict=True):
        given_to = step if isinstance(step, dict) else {step: sure}
        row[:] = (1 - sum(given_to.values())) / WIDTH if not isinstance(step, dict) else 0
        for symbol, mass in given_to.items():
            row[INDEX[symbol]] += mass
        row[BLANK] += 1 - row.sum()
    return lattice.astype(np.float32)


def written(text: str, sure: float = 0.98) -> np.ndarray:
    """Each glyph for two steps, between blanks."""
    steps = [step for glyph in text for step in ("", glyph, glyph)]
    return drawn(*steps, "", sure=sure)


def kind(text: str) -> str | None:
    state = START
    for symbol in text:
        state = STEP[state][INDEX[symbol]]
        if state < 0:
            return None
    return ENDS[state]


@st.composite
def amount_texts(draw: st.DrawFn) -> str:
    scale = draw(st.integers(0, 6))
    digits = draw(st.integers(0, 10 ** draw(st.integers(1, 14)) - 1))
    negative = digits > 0 and draw(st.booleans())
    value = Decimal(digits).scaleb(-scale) * (-1 if negative else 1)
    amount = amounts.Amount(
        value,
        grouped=abs(value) >= 1000 and draw(st.booleans()),
        brackets=negative and draw(st.booleans()),
        percent=draw(st.booleans()),
    )
    return amounts.format_amount(amount)


@st.composite
def lattices(draw: st.DrawFn, most: int = 24) -> np.ndarray:
    """Of any shape of certainty: from clear to even."""
    steps = draw(st.integers(0, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    logits = rng.normal(size=(steps, WIDTH)) * draw(st.sampled_from([0.1, 1.0, 3.0, 8.0]))
    logits[:, BLANK] += draw(st.sampled_from([0.0, 4.0]))
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True, initial=0))
    return (exponents / exponents.sum(axis=1, keepdims=True)).astype(np.float32)


# The grammar.


def test_the_automaton_is_the_grammar_of_amounts() -> None:
    for length in range(6):
        for glyphs in itertools.product("01,.-—()%/", repeat=length):
            text = "".join(glyphs)
            read = amounts.parse("-" + text[1:] if text[:1] == "—" and len(text) > 1 else text)
            shown = amounts.printed(text)
            expected = "amount" if read is not None else shown if shown in ("blank", "dash") else None
            assert kind(text) == expected, text


@given(st.text("0123456789,.-()%", max_size=14))
def test_the_automaton_agrees_on_longer_texts(text: str) -> None:
    assert (kind(text) == "amount") == (amounts.parse(text) is not None)


def test_widths_are_those_of_the_parser() -> None:
    for glyph in GLYPHS:
        symbol = CANONICAL[glyph]
        if symbol.isdigit():
            assert amounts.parse(glyph) == amounts.parse(symbol)
    assert amounts.parse("－１，２３４．５％") == amounts.parse(
        "".join(CANONICAL[g] for g in "－１，２３４．５％")
    )


def test_columns_add_widths_up() -> None:
    alphabet = ("", "合", "1", "１", ",", "，", "计", "-", "—", ":", "个", " ")
    columns = Columns.of(alphabet)
    lattice = np.array([[0.1, 0.1, 0.2, 0.3, 0.05, 0.05, 0, 0, 0, 0, 0.1, 0.1]], np.float32)
    reduced = columns.reduce(lattice)
    assert reduced.shape == (1, WIDTH)
    assert reduced.dtype == np.float32
    for symbol, mass in (("1", 0.5), (",", 0.1), ("", 0.1), (" ", 0.1), ("个", 0.2)):
        assert reduced[0, INDEX[symbol]] == pytest.approx(mass)
    colon = columns.reduce(np.eye(len(alphabet), dtype=np.float32)[[9]])[0]
    assert colon[INDEX["."]] == pytest.approx(0.05)  # a hint of a point, mostly another glyph
    assert colon[OTHER] == pytest.approx(0.95)


def test_columns_of_an_empty_lattice() -> None:
    assert Columns.of(("", "1")).reduce(np.zeros((0, 2), np.float32)).shape == (0, WIDTH)


# The search.


@given(amount_texts())
def test_a_clear_amount_is_read(text: str) -> None:
    best = decode(written(text))[0]
    assert best.text == text
    assert best.log_probability > math.log(0.5)


@given(amount_texts(), st.integers(0, 2**32 - 1))
def test_a_clear_amount_is_read_with_noise(text: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    noise = rng.dirichlet(np.ones(WIDTH), len(written(text))).astype(np.float32)
    assert decode(0.85 * written(text, 1.0) + 0.15 * noise)[0].text == text


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_masses_are_the_sum_over_all_paths(seed: int, length: int) -> None:
    rng = np.random.default_rng(seed)
    live = [INDEX[s] for s in "12.-"] + [BLANK]
    lattice = np.zeros((length, WIDTH), np.float32)
    lattice[:, live] = rng.dirichlet(np.ones(len(live)), length)
    steps = smoothed(lattice)
    sums: dict[str, float] = {}
    columns = [*live, INDEX[","]]
    for path in itertools.product(columns, repeat=len(steps)):
        mass = float(np.prod(steps[np.arange(len(steps)), path]))
        collapsed = [c for i, c in enumerate(path) if (i == 0 or c != path[i - 1]) and c != BLANK]
        text = "".join(SYMBOLS[c] for c in collapsed)
        sums[text] = sums.get(text, 0.0) + mass
    expected = {text: mass for text, mass in sums.items() if kind(text)}
    found = {text: math.exp(mass) for text, mass in search(lattice, beam=10_000).texts}
    for text, mass in expected.items():
        assert found.get(text, 0.0) == pytest.approx(mass, rel=1e-4, abs=1e-6)
        assert math.exp(masses(lattice, [text])[0]) == pytest.approx(mass, rel=1e-4)
    best = decode(lattice, beam=10_000, calibration=IDENTITY)[0]
    assert math.exp(best.log_probability) == pytest.approx(max(expected.values()), rel=1e-4)


@given(lattices())
def test_every_hypothesis_is_grammatical_and_probabilities_stay_below_one(lattice: np.ndarray) -> None:
    for found in (decode(lattice), decode(lattice, BUDGET), decode_together([lattice, lattice[1:]])):
        for hypothesis in found:
            text = hypothesis.text
            assert amounts.parse(text) is not None or amounts.printed(text) in ("blank", "dash")
        assert len({h.text for h in found}) == len(found) <= 10
        assert sum(math.exp(h.log_probability) for h in found) <= 1 + 1e-9
        logs = [h.log_probability for h in found]
        assert logs == sorted(logs, reverse=True)
        assert all(math.isfinite(log) for log in logs)


def test_digits_are_bounded() -> None:
    assert decode(written("9" * 30))[0].text == "9" * 30
    assert all(sum(map(str.isdigit, h.text)) <= 30 for h in decode(written("9" * 31)))


@pytest.mark.parametrize("text", ["", "-", "—", "——", "--", "/", "0", "0.00", "0.0000"])
def test_blank_dash_and_zeros_stay_distinct(text: str) -> None:
    best = decode(written(text))[0]
    assert best.text == text
    assert best.log_probability > math.log(0.5)


# Separators.


@pytest.mark.parametrize(
    ("seen", "meant", "least"),
    [
        ("4.804.64", "4,804.64", 0.5),
        ("16.890.72", "16,890.72", 0.5),
        ("87,94", "87.94", 0.5),
        ("353,8", "353.8", 0.5),
        ("472.600.00", "472,600.00", 0.5),
        ("1.234.567.89", "1,234,567.89", 0.2),  # two at once are less sure
        ("(1.204,50)", "(1,204.50)", 0.2),
        ("-7.700,32", "-7,700.32", 0.2),
    ],
)
def test_swapped_separators_are_mended(seen: str, meant: str, least: float) -> None:
    assert amounts.parse(seen) is None
    best = decode(written(seen, 0.999))[0]
    assert best.text == meant
    assert best.log_probability > math.log(least)


@pytest.mark.parametrize("seen", ["4.804", "4,804", "480464", "4804.64", "123.456"])
def test_separators_that_make_sense_are_left(seen: str) -> None:
    for prior in (None, BUDGET):
        best = decode(written(seen), prior)[0]
        assert best.text == seen
        assert best.log_probability > math.log(0.6)


@pytest.mark.parametrize(
    ("seen", "value"),
    [("1,234567.00", "1234567.00"), ("1234,567.00", "1234567.00"), ("1,23456", "1234.56")],
)
def test_a_vanished_separator_is_put_back_where_the_grammar_needs_it(seen: str, value: str) -> None:
    found = decode(written(seen, 0.9999), BUDGET)
    assert Decimal(value) in {parsed.value for h in found if (parsed := amounts.parse(h.text))}


def test_no_digit_is_invented() -> None:
    """What the network gives no mass to is in no hypothesis, whatever the grammar misses."""
    for text in ("1,23.00", "12,34,567", "1,2345", "(12.5", "1..5", "0123"):
        found = decode(written(text, sure=1.0), BUDGET)
        digits = [glyph for glyph in text if glyph.isdigit()]
        for hypothesis in found:
            assert [glyph for glyph in hypothesis.text if glyph.isdigit()] == digits


def test_ink_decides_between_comma_and_point() -> None:
    for comma, best in ((0.9, "4,804"), (0.1, "4.804")):
        unsure = {",": comma, ".": 1 - comma}
        lattice = drawn("4", unsure, "8", "", "0", "", "4", "")
        assert decode(lattice)[0].text == best
        assert {h.text for h in decode(lattice)[:2]} == {"4.804", "4,804"}


# What is printed otherwise.


@pytest.mark.parametrize(
    ("glyphs", "text"),
    [
        ("（１，２３４．５０）", "(1,234.50)"),
        ("－３２．１０％", "-32.10%"),
        ("−1.5", "-1.5"),
        ("—1.5", "-1.5"),  # no amount as it stands, but what else could it be?
        ("23, 286. 92", "23,286.92"),
        ("（ 12.00 ）", "(12.00)"),
        ("1·50", "1.50"),
        ("23、286．92", "23,286.92"),
        ("一", "—"),
    ],
)
def test_widths_and_spaces(glyphs: str, text: str) -> None:
    alphabet = ("", "合", *dict.fromkeys((*GLYPHS, *glyphs)))
    lattice = np.full((2 * len(glyphs) + 1, len(alphabet)), 1e-5, np.float32)
    lattice[::2, 0] = 1
    for step, glyph in enumerate(glyphs):
        lattice[2 * step + 1, alphabet.index(glyph)] = 1
    lattice /= lattice.sum(axis=1, keepdims=True)
    best = decode(Columns.of(alphabet).reduce(lattice))[0]
    assert best.text == text
    assert best.log_probability > math.log(0.5)


def test_a_space_between_digits_may_part_two_numbers() -> None:
    joined = decode(written("12 34", 0.9999))[0]
    clear = decode(written("1234", 0.9999))[0]
    assert joined.text == "1234"
    assert joined.log_probability < math.log(0.8) < clear.log_probability


@pytest.mark.parametrize("words", ["个个", "14个", "个", "2020个1个", "个3", "1.5个个"])
@pytest.mark.parametrize("sure", [0.9, 0.99, 0.9999])
def test_words_make_no_amount(words: str, sure: float) -> None:
    """合计, 无, 14个: `个` stands for any glyph that no amount has."""
    for prior in (None, BUDGET):
        found = decode(written(words, sure), prior)
        assert sum(math.exp(h.log_probability) for h in found) < 0.5
        assert sum(math.exp(h.log_probability) for h in decode_together([written(words, sure)] * 3)) < 0.5


@pytest.mark.parametrize("text", ["2020.01.01", "1.2.3", "(12", "12)", "5--7", "004"])
def test_what_no_separator_mends_stays_in_doubt(text: str) -> None:
    found = decode(written(text, 0.999))
    assert sum(math.exp(h.log_probability) for h in found) < 0.5


# The prior.


def test_the_prior_decides_where_ink_does_not() -> None:
    lattice = drawn("4", "8", "", {".": 0.5, "": 0.5}, "5", "0", "")
    assert decode(lattice, BUDGET)[0].text == "48.50"
    assert decode(lattice, infer_format(["12", "350", "47"] * 20))[0].text == "4850"


@given(lattices(), st.lists(st.sampled_from(["12", "1,250.00", "3.5%", "(8.0)", "0", "7.0000"]), max_size=40))
def test_the_prior_is_bounded(lattice: np.ndarray, column: list[str]) -> None:
    """Odds of two amounts change by e ** BOUND at most, and nothing but amounts changes."""
    plain = {h.text: h.log_probability for h in decode(lattice, keep=1000)}
    moved = {h.text: h.log_probability for h in decode(lattice, infer_format(column), keep=1000)}
    assert plain.keys() == moved.keys()
    change = {text: moved[text] - plain[text] for text in plain}
    amount = [change[text] for text in plain if amounts.parse(text) is not None]
    assert max(amount, default=0) - min(amount, default=0) <= BOUND + 1e-6
    assert all(change[text] == 0 for text in plain if amounts.parse(text) is None)
    assert sum(map(math.exp, moved.values())) == pytest.approx(sum(map(math.exp, plain.values())), rel=1e-6)


def test_an_odd_amount_is_no_blank() -> None:
    lattice = drawn("", {"1": 0.5, "": 0.5}, "")
    plain, moved = ({h.text: h.log_probability for h in decode(lattice, p)} for p in (None, BUDGET))
    assert moved[""] == plain[""]
    assert moved["1"] > plain["1"] - 0.1


def test_the_prior_never_overrules_clear_ink() -> None:
    for text in ("480464", "12", "3.5", "200.0000", "(8.00)", "17%"):
        assert decode(written(text), BUDGET)[0].text == text


# Several readings.


def test_readings_together_are_surer_than_the_worse_one() -> None:
    unsure = drawn("1", {"3": 0.6, "8": 0.4}, "", "5", "")
    other = drawn("", "1", {"3": 0.7, "8": 0.3}, "5", "")
    together = decode_together([unsure, other])
    assert together[0].text == "135"
    assert together[0].log_probability > decode(unsure)[0].log_probability + 0.1
    again = decode_together([unsure] * 2)
    assert math.exp(again[0].log_probability) < 0.66  # the same ink twice is little news


def test_a_reading_that_lost_a_glyph_does_not_win() -> None:
    lost = written("4804.6", 0.6)
    assert decode_together([lost, written("4804.64"), written("4804.64")])[0].text == "4804.64"


def test_one_reading_together_is_that_reading() -> None:
    assert decode_together([written("12.50")]) == decode(written("12.50"))
    assert decode_together([]) == ()


# Odd input.


def test_no_steps_are_a_blank() -> None:
    (only,) = decode(np.zeros((0, WIDTH), np.float32))
    assert only.text == ""
    assert only.log_probability > math.log(0.9)


@pytest.mark.parametrize(
    "lattice",
    [
        np.full((3, WIDTH), np.nan, np.float32),
        np.full((3, WIDTH), -0.1, np.float32),
        np.full((3, WIDTH), 0.5, np.float32),
        np.full((3, WIDTH), np.inf, np.float32),
        np.zeros((3, WIDTH - 1), np.float32),
        np.zeros(WIDTH, np.float32),
        np.zeros((amount_search.MAX_STEPS + 1, WIDTH), np.float32),
    ],
)
def test_what_is_no_lattice_is_refused(lattice: np.ndarray) -> None:
    with pytest.raises(ValueError, match="lattice"):
        decode(lattice)


def test_steps_without_any_mass() -> None:
    assert decode(np.zeros((5, WIDTH), np.float32)) == ()


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_the_widest_crop_is_bounded(noise: float) -> None:
    """3,200 pixels make 400 steps; however even they are, few prefixes are followed."""
    rng = np.random.default_rng(1)
    even = np.ones((400, WIDTH)) + noise * rng.random((400, WIDTH))
    even[:, OTHER] = 0
    even /= even.sum(axis=1, keepdims=True)
    followed = 0
    pruned = amount_search._pruned

    def counting(prefixes: dict, beam: int) -> tuple:
        nonlocal followed
        kept = pruned(prefixes, beam)
        followed = max(followed, len(kept[0]))
        return kept

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(amount_search, "_pruned", counting)
        found = decode(even.astype(np.float32))
    assert followed <= amount_search.BEAM + len(STEP)
    assert all(sum(glyph.isdigit() for glyph in h.text) <= amounts.MAX_DIGITS for h in found)


# Calibration.


def test_the_fit_finds_over_confidence() -> None:
    """Readings that claim 99 % and are right in 80 % are worth about 80 %."""
    claimed = Evidence((("1", math.log(0.99)), ("7", math.log(0.0099))), -30.0, -30.0)
    samples = [(claimed, "1")] * 80 + [(claimed, "7")] * 20
    fitted = amount_calibration.fit(samples)
    assert math.exp(fitted.probabilities(claimed)[0]) == pytest.approx(0.8, abs=0.05)
    assert amount_calibration.loss(samples, fitted) < amount_calibration.loss(samples, IDENTITY)


def test_the_fit_leaves_a_rest_for_what_was_not_found() -> None:
    sure = Evidence((("1", 0.0),), -60.0, -60.0)
    fitted = amount_calibration.fit([(sure, "1")] * 95 + [(sure, "46")] * 5)
    assert math.exp(fitted.probabilities(sure)[0]) == pytest.approx(0.95, abs=0.02)


def test_the_fit_keeps_what_is_fixed() -> None:
    sure = Evidence((("1", math.log(0.5)),), math.log(0.5), -60.0)
    start = Calibration(words=0.5)
    assert amount_calibration.fit([(sure, "1")] * 9, start, fixed=("words",)).words == 0.5
    assert amount_calibration.fit([(sure, "1")] * 9, start).words < 0.5
    assert amount_calibration.fit([]) == Calibration()
