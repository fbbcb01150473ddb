"""PDFs written by hand, so that each test says exactly what stands on the page."""

import hashlib
import struct
import zlib

import numpy as np

A4 = (595, 842)
PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def rc4(key, data):
    state, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


class Pdf:
    """A PDF object by object; object 1 is the catalog, 2 the page tree."""

    def __init__(self):
        self.objects = {1: (b"<</Type/Catalog/Pages 2 0 R>>", None)}
        self.pages = []

    def add(self, dictionary, stream=None):
        number = max(*self.objects, 2) + 1
        self.objects[number] = (dictionary, stream)
        return number

    def image(self, pixels, extra=b""):
        """Lossless; grey (height, width) or RGB (height, width, 3)."""
        height, width = pixels.shape[:2]
        space = (
            b""
            if b"Mask" in extra
            else b"/ColorSpace" + (b"/DeviceGray" if pixels.ndim == 2 else b"/DeviceRGB")
        )
        bits = b"" if b"BitsPerComponent" in extra else b"/BitsPerComponent 8"
        data = pixels if pixels.dtype == np.uint8 else np.packbits(pixels, axis=1)
        head = b"/Type/XObject/Subtype/Image/Filter/FlateDecode/Width %d/Height %d" % (width, height)
        return self.add(head + space + bits + extra, zlib.compress(data.tobytes()))

    def page(self, content, size=A4, extra=b"", images=(), font=HELVETICA):
        names = b"".join(b"/I%d %d 0 R" % item for item in enumerate(images))
        resources = b"<</Font<</F %d 0 R>>/XObject<<%s>>>>" % (self.add(font), names)
        body = self.add(b"", content)
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %g %g]" % size
        self.pages.append(self.add(page + b"/Contents %d 0 R/Resources %s%s>>" % (body, resources, extra)))
        return self

    def bytes(self, user=None):
        kids = b" ".join(b"%d 0 R" % n for n in self.pages)
        self.objects[2] = (b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(self.pages), kids), None)
        trailer, seal = b"", lambda number, data: data
        if user is not None:
            trailer, seal = self.encryption(user)
        out, offsets = bytearray(b"%PDF-1.5\n"), {}
        for number, (dictionary, stream) in sorted(self.objects.items()):
            offsets[number] = len(out)
            body = dictionary
            if stream is not None:
                data = seal(number, stream)
                body = b"<<%s/Length %d>>\nstream\n%s\nendstream" % (dictionary, len(data), data)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
        out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets.values())
        out += b"trailer\n<</Size %d/Root 1 0 R%s>>\n" % (len(offsets) + 1, trailer)
        return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)

    @staticmethod
    def encryption(user):
        """The standard security handler, 40-bit RC4 (PDF 32000-1, 7.6.3)."""

        def md5(data):
            return hashlib.md5(data, usedforsecurity=False).digest()

        identity, rights = b"0123456789abcdef", -4
        secret = (user + PAD)[:32]
        owner = rc4(md5((b"owner" + PAD)[:32])[:5], secret)
        key = md5(secret + owner + struct.pack("<i", rights) + identity)[:5]
        check = rc4(key, PAD)
        trailer = b"/ID[<%b><%b>]/Encrypt<</Filter/Standard/V 1/R 2/P %d/O<%b>/U<%b>>>" % (
            *(identity.hex().encode(),) * 2,
            rights,
            owner.hex().encode(),
            check.hex().encode(),
        )

        def seal(number, data):
            return rc4(md5(key + struct.pack("<I", number)[:3] + b"\0\0")[:10], data)

        return trailer, seal


def show(text, x, y, size=12, mode=0, color=b"0 g"):
    return b"BT %b %d Tr /F %g Tf 1 0 0 1 %g %g Tm (%b) Tj ET\n" % (color, mode, size, x, y, text)


def fill(index, size=A4):
    """Draw image `index` over the whole page."""
    return b"q %g 0 0 %g 0 0 cm /I%d Do Q\n" % (*size, index)


TEXT = b"".join(show(b"Line %d  1,234.%02d" % (i, i), 60, 700 - 30 * i) for i in range(6))
HIDDEN = TEXT.replace(b" 0 Tr", b" 3 Tr")


def text_pdf(**options):
    return Pdf().page(TEXT, **options).bytes()


def scan_pdf(pixels, content=b"", extra=b"", before=b"", image_extra=b""):
    document = Pdf()
    size = (pixels.shape[1] * 72 / 100, pixels.shape[0] * 72 / 100)  # 100 dpi
    image = document.image(pixels, image_extra)
    return document.page(before + fill(0, size) + content, size, extra, [image]).bytes()


def jpeg_scan_pdf(data, filters=b"/DCTDecode", before=b""):
    """A page that is one image of 170 × 240 pixels, whose bytes are given."""
    document = Pdf()
    head = b"/Type/XObject/Subtype/Image/Width 170/Height 240/ColorSpace/DeviceRGB/BitsPerComponent 8"
    image = document.add(head + b"/Filter" + filters, data)
    return document.page(before + fill(0, (122.4, 172.8)), (122.4, 172.8), images=[image]).bytes()
