"""Small files of each format, made for the tests."""

from __future__ import annotations

import io

import docx


def pdf_file(*pages, title=""):
    """Return a PDF; a page is a list of lines, a line a text or a text with its size, or with its size and place."""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>"
        % (b" ".join(b"%d 0 R" % (5 + 2 * number) for number in range(len(pages))), len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (%s) >>" % title.encode("latin-1"),
    ]
    for number, lines in enumerate(pages):
        stream = b"".join(_shown(line, 740 - 16 * place) for place, line in enumerate(lines))
        bodies += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            % (6 + 2 * number),
            b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream",
        ]
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(b"%010d 00000 n \n" % len(content))
        content += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    size = len(bodies) + 1
    trailer = b"trailer << /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(content))
    return content + b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(places) + trailer


def _shown(line, height):
    text, size, place = (line, 11, None) if isinstance(line, str) else (*line, None)[:3]
    x, y = place or (40, height)
    shown = text.encode("latin-1").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"BT /F1 %d Tf %d %d Td (%s) Tj ET\n" % (size, x, y, shown)


def word_file(*paragraphs, fill=None):
    """Return a Word file with these paragraphs; a paragraph is a text, or a text with the name of its style."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(*((paragraph,) if isinstance(paragraph, str) else paragraph))
    if fill:
        fill(document)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def mail_file(*lines):
    return "\r\n".join(lines).encode()
