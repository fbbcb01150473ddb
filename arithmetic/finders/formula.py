"""The language of printed formulas: 27行=（1+2+…+8）行, 1栏各行=(2+3)栏各行, 执行率(B/A), 得分(20分*执行率).

    formula     = operand "=" sum
    sum         = ["-"] term { ("+" | "-" | "、" | ",") ["…"] term }
    term        = factor { ("*" | "/") factor }
    factor      = operand | "(" sum ")" [axis]
    operand     = ["第"] number ["…" | "至" number] [axis] | number "分" | number "%" | name
    axis        = ("行" | "栏" | "列") ["各行"]

A tokenizer and a recursive descent over it; widths, spaces and the commonest marks of OCR are
evened out first, so positions in errors count in the text as evened out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from ...errors import CrossfootError

Axis = Literal["row", "column"]
MAX_LENGTH = 1500  # characters of one formula
MAX_TERMS = 300
MAX_DEPTH = 20

_EVEN = str.maketrans("−–﹣—―×✕÷〇○|＊", "-----**/001*")
_MISREAD = (
    (re.compile(r"(?<![A-Za-z])[lI](?![A-Za-z])"), "1"),
    (re.compile(r"(?<=\d)[oO]|[oO](?=\d)"), "0"),
    (re.compile(r"(?<=[\d)])\s*十\s*(?=[\d(])"), "+"),  # + read as ten
    (re.compile(r"[拦楼](?=各行|[=+)]|$)"), "栏"),
)
_PARTED = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_TOKENS = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<dots>(?:[…⋯~]|\.\.+|·{2,})+)"
    r"|(?P<sign>[-+*/=()、,])"
    r"|(?P<prefix>(?:本表|第|各)+(?=\s*\d))"
    r"|(?P<name>[^\s\d…⋯~·+*/=()、,;。:.-]+))",
    re.ASCII,
)
_AFTER = re.compile(  # only behind a number or a bracket: 行 and 分 are parts of names elsewhere
    r"\s*(?:(?P<axis>[行栏列](?:\s*各\s*[行栏列])?)|(?P<percent>%)|(?P<points>分)|(?P<dots>[至到]))"
)
_LOOKS = re.compile(r"\d\s*(?:[行栏拦列]|=)|[行栏]\s*=|=\s*\(?\s*\d")
_BREAKS = re.compile(r"[;。\n]|,(?=[^=]{0,60}?\d\s*[行栏列][^=,]{0,3}=)")
_LEAD = re.compile(
    r"^\s*(?:注|备注|说明)\s*\d*\s*[:.、]\s*|^\s*其中\s*:\s*|^\s*\(?\d{1,2}[.、)](?=\s*\d+\s*[行栏列])"
)


class FormulaError(CrossfootError):
    """A text that is no formula; `position` says where reading stopped."""

    def __init__(self, reason: str, *, name: str = "", remedy: str = "", position: int = 0) -> None:
        super().__init__(reason, name=name, remedy=remedy)
        self.position = position

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.reason, self.position)


def _rebuild(reason: str, position: int) -> FormulaError:
    return FormulaError(reason, position=position)


@dataclass(frozen=True, slots=True)
class Operand:
    """What a formula names: a line or column by its printed number, or a thing by its name."""

    number: int | None = None
    axis: Axis | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Constant:
    """A plain number: 20分, 100%."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Binary:
    """A product or a quotient."""

    sign: Literal["*", "/"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Signed:
    """A sum; each part with 1 or -1."""

    parts: tuple[tuple[Expression, int], ...]


Expression = Operand | Constant | Binary | Signed


@dataclass(frozen=True, slots=True)
class Formula:
    """An operand, and what it equals."""

    total: Operand
    right: Expression

    @property
    def axis(self) -> Axis | None:
        """行 or 栏, wherever it is said."""
        axes = [self.total.axis, *(operand.axis for operand, _ in self.terms or ())]
        return next((axis for axis in axes if axis), None)

    @property
    def terms(self) -> tuple[tuple[Operand, int], ...] | None:
        """The operands of a plain sum with their signs; None for products and quotients."""
        return linear(self.right)


def linear(expression: Expression, sign: int = 1) -> tuple[tuple[Operand, int], ...] | None:
    """The operands of a plain sum; None where anything is multiplied, divided or constant."""
    if isinstance(expression, Operand):
        return ((expression, sign),)
    if not isinstance(expression, Signed):
        return None
    found: list[tuple[Operand, int]] = []
    for part, factor in expression.parts:
        inner = linear(part, sign * factor)
        if inner is None:
            return None
        found += inner
    return tuple(found)


def evened(text: str) -> str:
    """Half-width forms, one kind of minus, and digits where OCR read letters like them."""
    text = unicodedata.normalize("NFKC", text.replace("…", "⋯").translate(_EVEN)).translate(_EVEN)
    for pattern, digit in _MISREAD:
        text = pattern.sub(digit, text)
    return _PARTED.sub("", text)


def statements(text: str) -> Iterator[str]:
    """The parts of a note that look like formulas: an equals sign, and lines or columns by number."""
    for part in _BREAKS.split(evened(text)):
        stated = _LEAD.sub("", part.strip())
        if "=" in stated and _LOOKS.search(stated):
            yield stated


def parse(text: str) -> Formula:
    """Read one formula.

    Raises:
        FormulaError: with the position where the text stops being a formula.
    """
    return _Parser(text).formula()


def parse_expression(text: str) -> Expression:
    """Read the right side of a formula alone, as headers print it: B/A, 20分*执行率, 2+3.

    Raises:
        FormulaError: with the position where the text stops being an expression.
    """
    return _Parser(text).expression()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


class _Parser:
    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise FormulaError(f"longer than {MAX_LENGTH} characters", position=MAX_LENGTH)
        self.tokens = [*_tokens(evened(text).rstrip()), _Token("end", "", len(text))]
        self.index = 0
        self.terms = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.index]

    def formula(self) -> Formula:
        total = self._operand()
        if not isinstance(total, Operand):
            raise self._unexpected("a line or a column")
        self._expect("=")
        right = self._sum(0)
        if self.token.text == "=" and isinstance(right, Operand):
            raise self._unexpected("one equals sign")
        self._end()
        axis = _axis_in(right) or total.axis
        if total.number is not None and total.axis is None:
            total = replace(total, axis=axis)
        return Formula(total, _with_axis(right, axis))

    def expression(self) -> Expression:
        found = self._sum(0)
        self._end()
        return _with_axis(found, _axis_in(found))

    def _sum(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise FormulaError("too many brackets", position=self.token.position)
        parts: list[tuple[Expression, int]] = []
        sign = self._sign() or 1
        while True:
            if self.token.kind == "dots" and parts:
                self.index += 1
                self._sign()
                self._fill(parts, self._term(depth), sign)
            else:
                parts.append((self._term(depth), sign))
            self.terms += 1
            if self.terms > MAX_TERMS:
                raise FormulaError(f"more than {MAX_TERMS} terms", position=self.token.position)
            following = self._sign()
            if following is None and self.token.kind not in ("dots", "number"):
                break  # a number right after a number lost its plus sign
            sign = following or sign
        return parts[0][0] if len(parts) == 1 and parts[0][1] == 1 else Signed(tuple(parts))

    def _fill(self, parts: list[tuple[Expression, int]], last: Expression, sign: int) -> None:
        """What dots stand for: the numbers after the one before them."""
        first = parts[-1][0]
        if not (isinstance(first, Operand) and isinstance(last, Operand)):
            raise self._unexpected("numbers around the dots")
        if first.number is None or last.number is None or not 0 < last.number - first.number <= MAX_TERMS:
            position = self.tokens[self.index - 1].position
            raise FormulaError("the dots lead nowhere", position=position)
        parts += [(replace(last, number=number), sign) for number in range(first.number + 1, last.number + 1)]
        self.terms += last.number - first.number

    def _sign(self) -> int | None:
        if self.token.kind == "sign" and self.token.text in "+-、,":
            self.index += 1
            return -1 if self.tokens[self.index - 1].text == "-" else 1
        return None

    def _term(self, depth: int) -> Expression:
        left = self._factor(depth)
        while self.token.kind == "sign" and self.token.text in "*/":
            sign: Literal["*", "/"] = "*" if self.token.text == "*" else "/"
            self.index += 1
            left = Binary(sign, left, self._factor(depth))
            self.terms += 1
            if self.terms > MAX_TERMS:
                raise FormulaError(f"more than {MAX_TERMS} terms", position=self.token.position)
        return left

    def _factor(self, depth: int) -> Expression:
        if self.token.text != "(":
            return self._operand()
        self.index += 1
        inner = self._sum(depth + 1)
        self._expect(")")
        return _with_axis(inner, self._axis())

    def _operand(self) -> Operand | Constant:
        while self.token.kind == "prefix":
            self.index += 1
        token = self.token
        if token.kind == "name":
            self.index += 1
            return Operand(name=token.text)
        if token.kind != "number":
            raise self._unexpected("a number or a name")
        self.index += 1
        if self.token.kind in ("points", "percent"):
            self.index += 1
            divisor = 100 if self.tokens[self.index - 1].kind == "percent" else 1
            return Constant(Decimal(token.text) / divisor)
        if "." in token.text or len(token.text) > 4:
            return Constant(Decimal(token.text))
        return Operand(int(token.text), self._axis())

    def _axis(self) -> Axis | None:
        if self.token.kind != "axis":
            return None
        self.index += 1
        return "row" if self.tokens[self.index - 1].text.startswith("行") else "column"

    def _expect(self, sign: str) -> None:
        if self.token.text != sign:
            raise self._unexpected(sign)
        self.index += 1

    def _end(self) -> None:
        if self.token.kind != "end":
            raise self._unexpected("the end")

    def _unexpected(self, wanted: str) -> FormulaError:
        found = self.token.text or "the end"
        return FormulaError(f"{wanted} expected, not {found}", position=self.token.position)


def _tokens(text: str) -> Iterator[_Token]:
    position, behind = 0, False
    while position < len(text):
        match = (_AFTER.match(text, position) if behind else None) or _TOKENS.match(text, position)
        if match is None or match.lastgroup is None:
            raise FormulaError(f"{text[position]} has no meaning here", position=position)
        yield _Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup))
        position, behind = match.end(), match.lastgroup == "number" or match[match.lastgroup] == ")"


def _axis_in(expression: Expression) -> Axis | None:
    if isinstance(expression, Operand):
        return expression.axis
    if isinstance(expression, Binary):
        return _axis_in(expression.left) or _axis_in(expression.right)
    if isinstance(expression, Signed):
        return next((axis for part, _ in expression.parts if (axis := _axis_in(part))), None)
    return None


def _with_axis(expression: Expression, axis: Axis | None) -> Expression:
    """The expression with an axis for the numbers that have none."""
    if axis is None:
        return expression
    if isinstance(expression, Operand):
        bare = expression.number is not None and expression.axis is None
        return replace(expression, axis=axis) if bare else expression
    if isinstance(expression, Binary):
        return Binary(expression.sign, _with_axis(expression.left, axis), _with_axis(expression.right, axis))
    if isinstance(expression, Signed):
        return Signed(tuple((_with_axis(part, axis), sign) for part, sign in expression.parts))
    return expression
