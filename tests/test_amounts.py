"""The grammar of amounts: what is one, what is none, and that printing gives back what was read."""

from decimal import Decimal

import pytest
from crossfoot.amounts import MAX_DIGITS, Amount, format_amount, normalize, parse, printed, scale
from hypothesis import given
from hypothesis import strategies as st

ACCEPTED = {
    "0": Amount(Decimal("0")),
    "0.00": Amount(Decimal("0.00")),
    "4804.64": Amount(Decimal("4804.64")),
    "4,804.64": Amount(Decimal("4804.64"), grouped=True),
    "23, 286. 92": Amount(Decimal("23286.92"), grouped=True),
    "１２，３４５．６７": Amount(Decimal("12345.67"), grouped=True),
    "200.0000": Amount(Decimal("200.0000")),
    "-12.5": Amount(Decimal("-12.5")),
    "－12.5": Amount(Decimal("-12.5")),
    "−12.5": Amount(Decimal("-12.5")),
    "–12.5": Amount(Decimal("-12.5")),
    "﹣12.5": Amount(Decimal("-12.5")),
    "-0.00": Amount(Decimal("-0.00")),
    "(1,234.56)": Amount(Decimal("-1234.56"), grouped=True, brackets=True),
    "（12.00）": Amount(Decimal("-12.00"), brackets=True),
    "100%": Amount(Decimal("100"), percent=True),
    "12.5％": Amount(Decimal("12.5"), percent=True),
    "\u300012\u00a0": Amount(Decimal("12")),
    "9" * 30: Amount(Decimal("9" * 30)),
    "9" * 28 + ".99": Amount(Decimal("9" * 28 + ".99")),
}

REFUSED = [
    "23,\n286.92",  # two lines: perhaps two numbers
    "",
    " ",
    "-",
    "--",
    "—",
    "——",
    "/",
    "%",
    "()",
    "4.804.64",
    "4,804,64",
    "1,23",
    "1,234,56",
    "12,34.56",
    "1234,567",
    ",123",
    "1,,234",
    "0,123",
    "012,345",
    "004",
    "004001",
    "00.5",
    "1.",
    ".5",
    "1..5",
    "1.2.3",
    "+5",
    "--5",
    "5-",
    "(5",
    "5)",
    "(-5)",
    "-(5)",
    "((5))",
    "5%%",
    "%5",
    "12 34",
    "1 234.56",
    "12.5 6",
    "12元",
    "14个",
    "1e5",
    "1_000",
    "0x1F",
    "NaN",
    "Infinity",
    "①",
    "⑩",
    "⑴",
    "㉑",
    "12²",
    "12.5①",
    "½",
    "十二",
    "１２。５",
    "٣",
    "१२",
    "1，23",
    "1.12次；2.4次",
    "9" * 31,
    "9" * 29 + ".99",
    "\ud800",
    "\x00",
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_parse_reads_amounts_with_the_scale_they_are_printed_in(text: str) -> None:
    amount = parse(text)
    assert amount == ACCEPTED[text]
    assert amount is not None
    assert amount.value.as_tuple() == ACCEPTED[text].value.as_tuple()


@pytest.mark.parametrize("text", REFUSED)
def test_parse_refuses_everything_else(text: str) -> None:
    assert parse(text) is None


def test_a_run_of_spaces_of_any_length_is_looked_at_once() -> None:
    run = " \u3000" * 200_000  # hours, if each space of it began anew
    assert parse(f"1{run}2") is None
    assert parse(f"{run}1{run},{run}234{run}.{run}5{run}") == parse("1,234.5")


@given(st.text(st.characters(), max_size=40) | st.text("0123456789,.-()% －（）％０９", max_size=20))
def test_parse_raises_on_no_text_and_reads_nothing_twice_differently(text: str) -> None:
    amount = parse(text)
    assert (amount is not None) == (printed(text) in ("amount", "zero"))
    if amount is not None:
        assert parse(format_amount(amount)) == amount
        assert parse(normalize(text)) == amount


@st.composite
def amounts(draw: st.DrawFn) -> Amount:
    decimals = draw(st.integers(0, 8))
    units = draw(st.integers(0, 10 ** (MAX_DIGITS - 9)))
    negative = draw(st.booleans())
    magnitude = Decimal((0, tuple(map(int, str(units))), -decimals))
    value = -magnitude if negative and units else magnitude
    grouped = draw(st.booleans()) and magnitude >= 1000
    return Amount(value, grouped, bool(negative and units) and draw(st.booleans()), draw(st.booleans()))


@given(amounts())
def test_format_amount_is_the_inverse_of_parse(amount: Amount) -> None:
    read = parse(format_amount(amount))
    assert read == amount
    assert read is not None
    assert read.decimals == amount.decimals
    assert read.value.as_tuple() == amount.value.as_tuple()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "blank"),
        ("\u3000\n", "blank"),
        ("-", "dash"),
        ("－", "dash"),
        ("−", "dash"),
        ("—", "dash"),
        ("——", "dash"),
        ("― ", "dash"),
        ("- -", "dash"),
        ("/", "dash"),
        ("0", "zero"),
        ("0.00", "zero"),
        ("-0.0", "zero"),
        ("0%", "zero"),
        ("0.01", "amount"),
        ("004", "text"),
        ("无", "text"),
    ],
)
def test_printed_tells_blank_dash_and_zero_apart(text: str, what: str) -> None:
    assert printed(text) == what


@pytest.mark.parametrize(
    ("unit", "yuan"),
    [
        ("元", 1),
        ("万元", 10_000),
        ("万 元", 10_000),
        ("人民币万元", 10_000),
        ("亿元", 100_000_000),
        ("个", None),
        ("%", None),
        ("", None),
        (None, None),
    ],
)
def test_scale_knows_units_of_money(unit: str | None, yuan: int | None) -> None:
    assert scale(unit) == yuan
