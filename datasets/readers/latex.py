r"""A LaTeX tabular → cells: `&`, `\\`, `\multicolumn` and `\multirow`, as annotations use them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...document import MAX_ADDRESSES, Cell
from ...errors import InputError

MAX_CHARACTERS = 1 << 20
_BODY = re.compile(r"\\begin\{tabular[x*]?\}(?P<rest>.*)\\end\{tabular[x*]?\}", re.DOTALL)
_RULES = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule)\b(?:\[[^\]]*\])?|\\(?:cline|cmidrule)(?:\([^)]*\))?\{[^}]*\}"
)
_SPAN = re.compile(r"\s*\\multi(?P<which>column|row)\s*")
_COMMAND = re.compile(r"\\(?:textbf|textit|text|mathrm|mathbf|emph|makecell|underline)\b\s*")
_BRACES = re.compile(r"(?<!\\)[{}]")
_FORMULA = re.compile(r"(?<!\\)(\$[^$]*\$)")
_ESCAPED = re.compile(r"\\([%&_#${}])")


def latex_cells(source: str) -> list[Cell]:
    r"""The cells of the one `tabular` in `source`.

    Cells that a `\multirow` above leaves empty are not cells of their own. Formulas stay as
    they are; commands of type and rules are dropped.

    Raises:
        InputError: no tabular, unbalanced braces, or a span that is no number.
    """
    if len(source) > MAX_CHARACTERS:
        raise InputError(f"latex of more than {MAX_CHARACTERS} characters")
    found = _BODY.search(source)
    if found is None or "\\begin{tabular" in found["rest"]:
        raise InputError("latex has not exactly one tabular")
    rest = found["rest"].lstrip()
    while rest[:1] in ("{", "["):  # width, position and columns
        _, rest = _group(rest, "{}" if rest[0] == "{" else "[]")
        rest = rest.lstrip()
    return list(_place(_RULES.sub(" ", rest)))


def _place(body: str) -> Iterator[Cell]:
    taken: set[tuple[int, int]] = set()
    lines = _split(body, r"\\")
    if not lines[-1].strip():
        lines.pop()
    for row, line in enumerate(lines):
        col = 0
        for piece in _split(line, "&"):
            text, down, across = _spans(piece)
            covered = {(row + r, col + c) for r in range(down) for c in range(across)}
            if not taken & covered:
                yield Cell(row, col, down, across, text=text)
            elif text or not covered <= taken:
                raise InputError(f"address ({row}, {col}) is covered twice")
            taken |= covered
            if len(taken) > MAX_ADDRESSES:
                raise InputError(f"more than {MAX_ADDRESSES} addresses")
            col += across


def _spans(piece: str) -> tuple[str, int, int]:
    r"""Text, rows and columns of what stands between two `&`: at most one span each way."""
    spans = {"row": 1, "column": 1}
    for _ in spans:
        if (match := _SPAN.match(piece)) is None:
            break
        count, rest = _group(_unbracketed(piece[match.end() :]), "{}")
        rest = _unbracketed(rest)
        rest = _group(rest, "{}")[1] if rest.startswith("{") else rest.lstrip("* ")  # width, or its format
        piece, _ = _group(rest.lstrip(), "{}")
        if not re.fullmatch(r"\s*[1-9]\d{0,2}\s*", count, re.ASCII):
            raise InputError(f"\\multi{match['which']} over {count[:20]!r}")
        spans[match["which"]] = int(count)
    return _plain(piece), spans["row"], spans["column"]


def _unbracketed(text: str) -> str:
    """Without an optional argument at its start."""
    text = text.lstrip()
    return _group(text, "[]")[1].lstrip() if text.startswith("[") else text


def _plain(text: str) -> str:
    """Text as it is printed; formulas, between `$`, as they are written."""
    pieces = _FORMULA.split(text)
    pieces[::2] = [
        _ESCAPED.sub(r"\1", _BRACES.sub("", _COMMAND.sub("", piece)).replace(r"\\", " ").replace("~", " "))
        for piece in pieces[::2]
    ]
    return " ".join("".join(pieces).split())


def _group(text: str, pair: str) -> tuple[str, str]:
    """What the bracket at the start of `text` encloses, and what follows it."""
    if text[:1] != pair[0]:
        raise InputError(f"{pair[0]} expected in latex, not {text[:20]!r}")
    depth = place = 0
    while place < len(text):
        if text[place] == "\\":
            place += 1
        elif text[place] in pair:
            depth += 1 if text[place] == pair[0] else -1
            if depth == 0:
                return text[1:place], text[place + 1 :]
        place += 1
    raise InputError("unbalanced braces in latex")


def _split(text: str, mark: str) -> list[str]:
    """`text` at every `mark` outside braces."""
    pieces, start, depth, place = [], 0, 0, 0
    while place < len(text):
        if depth == 0 and text.startswith(mark, place):
            pieces.append(text[start:place])
            place = start = place + len(mark)
            continue
        if text[place] == "\\":
            place += 1
        elif text[place] == "{":
            depth += 1
        elif text[place] == "}":
            depth -= 1
        place += 1
    return [*pieces, text[start:]]
