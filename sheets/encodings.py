"""Bytes of a text file → text: UTF-8 with or without a mark, UTF-16 with one, or GB18030."""

from __future__ import annotations

import codecs

from ..errors import DamagedInput

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(data: bytes, name: str) -> str:
    """The text of a file. Spreadsheets in China save CSV in GB18030 or its subsets GBK and GB2312.

    Raises:
        DamagedInput: none of these encodings, or binary data.
    """
    encodings = [code for mark, code in _MARKS if data.startswith(mark)] or ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise DamagedInput("holds binary data, no text", name=name)
        return text
    raise DamagedInput("is neither UTF-8 nor GB18030", name=name)
