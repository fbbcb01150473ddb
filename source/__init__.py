"""Files → page images and text layers, one page at a time.

An input is opened once: its hash, its format (by content, never by extension) and its
number of pages are known then; `load` decodes one page and keeps nothing, so memory does
not grow with length, and a page that is broken or too large costs that page alone.
"""

from .base import Source
from .opening import open_source
from .options import SourceOptions
from .records import Image, PageImage, Word

__all__ = ["Image", "PageImage", "Source", "SourceOptions", "Word", "open_source"]
