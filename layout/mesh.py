"""Coordinates between a scan and its upright page, and the resampling between them.

A homography serves most pages. Where a page is bent, a mesh of points refines it: evenly
spread over the upright page, each with the place on the scan that it was taken from, and what
lies between four of them by bilinear interpolation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..document import Page
from ..errors import DocumentError
from ..source import Image
from .geometry import Matrix, as_mask

Points = npt.NDArray[np.float64]  # (n, 2): x, y

_HALF = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])  # from pixel centres, which OpenCV counts from
_UNEVEN = 0.01  # pixels between the steps of a record's mesh, which has its points to thousandths
_INVERSIONS = 8  # each leaves a tenth of the error of a page bent as far as one can be read


@dataclass(frozen=True)
class Mesh:
    """Points spread evenly over a page, at least two each way.

    Attributes:
        x: their columns on the upright page (columns,), rising in equal steps.
        y: their rows on it (rows,).
        scan: where each is on the scan (rows, columns, 2).
    """

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    scan: npt.NDArray[np.float64]

    @classmethod
    def from_rows(cls, rows: Sequence[Sequence[float]]) -> Mesh:
        """From the [scan x, scan y, page x, page y] of a record.

        Raises:
            DocumentError: they are no grid of at least two rows and two columns, evenly spread.
        """
        if any(len(row) != 4 for row in rows):
            raise DocumentError("the mesh of a page has points of other than four numbers")
        points = np.array(rows, np.float64).reshape(-1, 4)
        if not np.isfinite(points).all():
            raise DocumentError("the mesh of a page has points that are no numbers")
        x, y = np.unique(points[:, 2]), np.unique(points[:, 3])
        whole = min(x.size, y.size) > 1 and len(np.unique(points[:, 2:], axis=0)) == x.size * y.size
        if not whole or x.size * y.size != len(points):
            raise DocumentError("the mesh of a page is no grid of at least two rows and two columns")
        if any(np.ptp(np.diff(steps)) > _UNEVEN for steps in (x, y)):
            raise DocumentError("the mesh of a page is not evenly spread")
        ordered = points[np.lexsort((points[:, 2], points[:, 3]))]
        return cls(x, y, ordered[:, :2].reshape(y.size, x.size, 2))

    def to_rows(self) -> tuple[tuple[float, ...], ...]:
        """The [scan x, scan y, page x, page y] of a record, row by row."""
        page = np.stack(np.meshgrid(self.x, self.y), axis=-1)
        rows = np.concatenate([self.scan, page], axis=-1).reshape(-1, 4)
        return tuple(tuple(round(float(v), 3) for v in row) for row in rows)

    def to_scan(self, points: Points) -> Points:
        """Points of the upright page on the scan; beyond the mesh its outermost cells go on."""
        u = (points[:, 0] - self.x[0]) / (self.x[1] - self.x[0])
        v = (points[:, 1] - self.y[0]) / (self.y[1] - self.y[0])
        j = np.clip(u.astype(np.int64), 0, self.x.size - 2)
        i = np.clip(v.astype(np.int64), 0, self.y.size - 2)
        right, down = (u - j)[:, None], (v - i)[:, None]
        upper = self.scan[i, j] * (1 - right) + self.scan[i, j + 1] * right
        lower = self.scan[i + 1, j] * (1 - right) + self.scan[i + 1, j + 1] * right
        result: Points = upper * (1 - down) + lower * down
        return result

    def behind(self, matrix: Matrix) -> Mesh:
        """The same page seen from further back: `matrix` leads from that scan to this one."""
        scan = mapped(inverse(matrix), self.scan.reshape(-1, 2)).reshape(self.scan.shape)
        return Mesh(self.x, self.y, scan)


def inverse(matrix: Matrix) -> Matrix:
    """The way back."""
    result: Matrix = np.linalg.inv(matrix).astype(np.float64)
    return result


def mapped(matrix: Matrix, points: Points) -> Points:
    """Points (n, 2) after a homography."""
    moved = np.column_stack([points, np.ones(len(points))]) @ np.asarray(matrix).T
    result: Points = moved[:, :2] / moved[:, 2:]
    return result


def to_page(matrix: Matrix, mesh: Mesh | None, points: Points) -> Points:
    """Points of the scan on the upright page."""
    wanted = found = mapped(matrix, points)
    if mesh is not None:
        for _ in range(_INVERSIONS):
            found = found + wanted - mapped(matrix, mesh.to_scan(found))
    return found


def to_scan(page: Page, points: Points) -> Points:
    """Points (n, 2) of an upright page in pixels of its scan.

    Raises:
        DocumentError: the page's mesh is no grid, or its transform has no way back.
    """
    if page.mesh:
        return Mesh.from_rows(page.mesh).to_scan(points)
    try:
        matrix = inverse(np.array(page.from_scan, np.float64).reshape(3, 3))
        if not np.isfinite(matrix).all():
            raise ValueError
    except (ValueError, np.linalg.LinAlgError) as error:
        raise DocumentError("the from_scan of a page is no transform that can be undone") from error
    return mapped(matrix, points)


def resample(
    image: Image, matrix: Matrix, mesh: Mesh | None, size: tuple[int, int], paper: Sequence[float] | None
) -> Image:
    """The upright page of (width, height) `size`.

    Args:
        image: the scan (height, width, 3).
        matrix: from the scan to the page.
        mesh: what refines it; then `matrix` is not needed.
        size: of the page.
        paper: blue, green and red of what lies outside the scan; None for that of its rim.
    """
    flags = cv2.INTER_CUBIC
    border = cv2.BORDER_REPLICATE if paper is None else cv2.BORDER_CONSTANT
    paper = paper or (0, 0, 0)
    if mesh is not None:
        x, y = _maps(mesh, size)
        return as_mask(cv2.remap(image, x, y, flags, borderMode=border, borderValue=paper))
    centred = np.linalg.inv(_HALF) @ matrix @ _HALF
    if np.allclose(matrix[2], (0, 0, 1), rtol=0, atol=1e-12):
        warped = cv2.warpAffine(image, centred[:2], size, flags=flags, borderMode=border, borderValue=paper)
    else:
        warped = cv2.warpPerspective(image, centred, size, flags=flags, borderMode=border, borderValue=paper)
    return as_mask(warped)


def _maps(mesh: Mesh, size: tuple[int, int]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """For each pixel of the page the place on the scan, from pixel centre to pixel centre."""
    step = round(mesh.x[1] - mesh.x[0])
    # Enlarged `step` times, node n comes to lie in the middle of its pixels, at (n + ½) step.
    nodes = mesh.scan.astype(np.float32)
    large = [
        cv2.resize(nodes[..., k], None, fx=step, fy=step, interpolation=cv2.INTER_LINEAR) for k in (0, 1)
    ]
    left, top = (round(step / 2 - at) for at in (mesh.x[0], mesh.y[0]))
    width, height = size
    x, y = (np.ascontiguousarray(m[top : top + height, left : left + width]) - np.float32(0.5) for m in large)
    return x, y
