"""Tables typed into tests as they are printed: a line per row, cells parted by bars."""

from dataclasses import replace

from crossfoot import amounts
from crossfoot.arithmetic.proposal import At, Scope
from crossfoot.arithmetic.view import TableView
from crossfoot.document import Cell, Column, Table

ROLES = {"c": "code", "n": "name", "l": "line_number", "a": "amount", "r": "ratio", "t": "text"}


def typed(text, roles, header_rows=1, table_id="t1"):
    """A table from lines `201 | 一般公共服务支出 | 4,588.70`; `<` continues the cell to its left."""
    lines = [[cell.strip(" ") for cell in line.split("|")] for line in text.strip("\n ").split("\n")]
    cells = []
    for row, line in enumerate(lines):
        assert len(line) == len(roles), line
        for col, printed in enumerate(line):
            if printed == "<":
                cells[-1] = replace(cells[-1], col_span=cells[-1].col_span + 1)
                continue
            header = row < header_rows
            parsed = amounts.parse(printed) if not header and roles[col] == "a" else None
            amount = parsed.value if parsed else None
            cells.append(Cell(row, col, text=printed, header=header, amount=amount))
    columns = tuple(Column(ROLES[role]) for role in roles)
    shape = (len(lines), len(roles))
    return Table(table_id, shape, tuple(cells), header_rows=header_rows, columns=columns)


def found(finder, *tables):
    """What a finder proposes, as {(total row, col): [{term rows and cols}, …]} per relation."""
    equations = {}
    for one in finder(Scope(tuple(TableView(table) for table in tables))):
        assert isinstance(one.total, At)
        key = (one.relation, one.total.row, one.total.col)
        equations.setdefault(key, []).append({(at.row, at.col) for at, _ in one.terms})
    return equations


def reread(table, row, col, text):
    """The table with another reading of one amount."""
    parsed = amounts.parse(text)
    cells = tuple(
        replace(cell, text=text, amount=parsed.value if parsed else None)
        if (cell.row, cell.col) == (row, col)
        else cell
        for cell in table.cells
    )
    return replace(table, cells=cells)
