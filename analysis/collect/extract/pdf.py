"""PDF files to documents: text without running heads, paragraphs joined, and the title."""

from __future__ import annotations

import re
from collections import Counter
from itertools import dropwhile, islice
from statistics import median

from analysis.collect.extract.dateline import is_dateline
from analysis.collect.extract.extracted import Extracted
from analysis.collect.extract.lines import CLOSED, LABEL, SHORT_WORD, first_line_title, join_lines, join_words
from analysis.collect.listing.entries import one_line
from analysis.errors import UnreadableError

PAGE_LIMIT = 2_000
CHARACTER_LIMIT = 10_000_000
EDGE = 4
"""Lines at the top and at the foot of a page among which running heads and page numbers are."""
SIZED_PAGES = 2
SIZED_CHARACTERS = 3_000
"""Characters of a page whose height is measured for the title."""
LARGER = 1.15
"""How many times larger than the text a title is at least."""
PAGE_NUMBER = re.compile(
    r"(?P<mark>[-–—·\[(|\s]{0,4}(?i:page|seite|página|pagina|страница|strana|p\.|第)?)\s{0,2}"
    r"(?:(?P<number>\d{1,3})|[ivx]{2,6})\s{0,2}"
    r"(?P<rest>(?:(?i:of|von|sur|de|di|van|из|/|／|共)\s{0,2}\d{1,4}|页(?:\s{0,2}[/共，,]{0,2}\s{0,2}\d{1,4}\s{0,2}页)?|頁|ページ|쪽)?"
    r"[-–—·\])|\s]{0,4})\Z"
)
NUMBERS = 3
"""Numbers in a running head of which each may be that of the page."""
NO_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|excel)|untitled|document\d*\Z|dokument\d*\Z|slide \d|powerpoint|presentation\d*\Z|print\Z"
    r"|无标题|幻灯片|.*\.(?:docx?|pdf|indd|qxp?|rtf|wpd?s?|xlsx?|pptx?|odt|html?|tmp|dvi|tex)\Z|.*[\\_=]|\w:/|\W*\Z"
    r"|[A-Za-z0-9_.()-]*\d[A-Za-z0-9_.()-]*\Z",
    re.I,
)
"""What programs write for a title when nobody gave one: their own name, or that of a file."""


def read_pdf(content: bytes) -> Extracted:
    """Return what a PDF holds; its date of creation is none of publication. Raises UnreadableError for a damaged one."""
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(content) as pdf:
            if len(pdf) > PAGE_LIMIT:
                raise UnreadableError("too_large", f"a PDF of {len(pdf)} pages, more than the limit of {PAGE_LIMIT}")
            pages = _pages(pdf)
            stated = one_line(pdf.get_metadata_dict().get("Title"))
            largest = largest_words(sized_lines(pdf))
    except pypdfium2.PdfiumError as error:
        raise UnreadableError("broken_pdf", f"the PDF is damaged, cut off or encrypted ({error})") from error
    text = join_lines("\n".join("\n".join(lines) for lines in without_running_lines(pages)), is_dateline)
    return Extracted("pdf", text, title=find_title(stated, largest, text))


def _pages(pdf) -> list[list[str]]:
    """Return the lines of each page, in the order in which pdfium reads them."""
    pages: list[list[str]] = []
    size = 0
    for page in pdf:
        text = page.get_textpage().get_text_bounded()
        size += len(text)
        if size > CHARACTER_LIMIT:
            raise UnreadableError("too_large", f"a PDF of more than {CHARACTER_LIMIT:,} characters")
        pages.append([line.strip() for line in text.replace("\r\n", "\n").split("\n") if line.strip()])
        page.close()
    return pages


def without_running_lines(pages: list[list[str]]) -> list[list[str]]:
    """Return the lines of each page without page numbers, and without what is repeated at the edges of pages.

    What is repeated word for word stays where it stands first, when that is the first page.
    """
    if len(pages) < 2:
        return pages
    counts = Counter(
        shape for number, lines in enumerate(pages) for shape in {s for p in _edges(lines) for s in _shapes(lines[p], number)}
    )
    enough = max(2, 0.4 * len(pages))
    kept = []
    for number, lines in enumerate(pages):
        edges = _edges(lines)
        kept.append(
            [
                line
                for place, line in enumerate(lines)
                if place not in edges or not (_is_page_number(line, number) or _is_running(line, number, counts, enough))
            ]
        )
    return kept


def _edges(lines: list[str]) -> set[int]:
    return {*range(min(EDGE, len(lines))), *range(max(len(lines) - EDGE, 0), len(lines))}


def _is_page_number(line: str, page: int) -> bool:
    found = PAGE_NUMBER.match(line)
    if not found:
        return False
    is_marked = found["number"] is None or (found["mark"] + found["rest"]).strip() != ""
    return is_marked or abs(int(found["number"]) - page - 1) <= 2


def _is_running(line: str, page: int, counts: Counter[str], enough: float) -> bool:
    exact, *relative = _shapes(line, page)
    return any(counts[shape] >= enough for shape in relative) or (page > 0 and counts[exact] >= enough)


def _shapes(line: str, page: int) -> list[str]:
    """Return a line as pages share it: word for word, then with each of its numbers as the distance from the page's."""
    words = re.split(r"(\d{1,6})", " ".join(line.lower().split()))
    places = range(1, len(words), 2) if len(words) <= 2 * NUMBERS + 1 else ()
    relative = ["".join([*words[:place], f"#{int(words[place]) - page}", *words[place + 1 :]]) for place in places]
    return ["".join(words), *relative]


def find_title(stated: str | None, largest: str | None, text: str) -> str | None:
    """Return the stated title where the text bears it out, else the largest words, the first line, or still the stated."""
    is_title = stated is not None and 4 <= len(stated) <= 300 and not NO_TITLE.match(stated)
    if is_title and _letters(str(stated)) in _letters(text[:5000]):
        return stated
    return largest or first_line_title(text) or (stated if is_title else None)


def sized_lines(pdf) -> list[tuple[float, str]]:
    """Return the lines of the first pages with the height of their letters, in points."""
    from pypdfium2 import raw

    lines: list[tuple[float, str]] = []
    for page in islice(pdf, SIZED_PAGES):
        words, line = page.get_textpage(), ""
        heights: list[float] = []
        for place in range(min(words.count_chars(), SIZED_CHARACTERS)):
            character = chr(raw.FPDFText_GetUnicode(words, place))
            if character in "\r\n":
                lines += [(median(heights), line.strip())] if heights else []
                line, heights = "", []
                continue
            line += character
            if not character.isspace() and (height := _height(words, place)):
                heights.append(height)
        lines += [(median(heights), line.strip())] if heights else []
    return lines


def _height(words, place: int) -> float:
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    return box.top - box.bottom if raw.FPDFText_GetLooseCharBox(words, place, box) else 0.0


def largest_words(lines: list[tuple[float, str]]) -> str | None:
    """Return the first lines in the largest letters in one, where they stand out from the text and can be a title."""
    if not lines:
        return None
    usual = median(height for height, line in lines for _ in line)
    largest = max(height for height, _ in lines)
    chosen: list[str] = []
    for height, line in dropwhile(lambda sized: sized[0] < 0.97 * largest, lines):
        goes_on = not chosen or SHORT_WORD.search(chosen[-1][-5:])
        if not goes_on and (height < 0.9 * largest or chosen[-1][-1] in CLOSED):
            break
        chosen.append(line)
    title = join_words(chosen)
    is_title = 8 <= len(title) <= 300 and _letters(title) and not LABEL.match(title)
    return title if is_title and largest >= LARGER * usual else None


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
