"""Lines and paragraphs of plain text: tidied, joined where a page's width broke them, and the title at their head."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import reduce
from itertools import takewhile

from analysis.collect.extract.dateline import is_dateline
from analysis.collect.listing.entries import UNWANTED

TITLE_LENGTH = 150
TITLE_LINES = 5
KIND = re.compile(
    r"(?:for immediate release|(?:press|news|media) (?:release|statement)|english version|communiqué(?: de presse)?"
    r"|pressemitteilung|medienmitteilung|comunicado(?: de prensa)?|nota de prensa|comunicato stampa|persbericht|пресс-релиз"
    r"|新闻稿|新聞稿|보도자료|報道発表)[:：]?",
    re.I,
)
"""A line that only names the kind of text."""
LABEL = re.compile(
    r"(?:[发發][布佈]|发文|成文|印发|公布|[来來]源|信息来源|索引号|文号|日期|时间|作者"
    r"|published|publication date|date|source|author|issued|publié|veröffentlicht|publicado|fecha"
    r"|datum|дата)[^\s:：]{0,6}(?: (?:on|by|le|am|el))?\s?[:：]",
    re.I,
)
"""How a line begins that tells of the text."""
BROKEN_WORD = re.compile(r"(?<=\w)[\u00ad\ufffe\u0002\u2010-]\Z")
"""A line's end in the middle of a word; U+FFFE and U+0002 are pdfium's marks for it."""
LOWER_CASE = re.compile(r"[a-zà-öø-ÿа-яёα-ω]")
MARKED = re.compile(r"[-•·▪●◦*–—]\s|\(?\d{1,3}[.)、]\s?\D|[（(]?[一二三四五六七八九十]{1,3}[)）、.]")
"""How a point of a list begins."""
CLOSED = ".!?:;。！？：；…"
SHORT_WORD = re.compile(r"(?:^|\s)[a-zà-ÿ]{1,3}$")
CHINESE = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")


def tidy(text: str) -> str:
    """Return the text in lines without blanks at their ends, without control characters, at most one empty line in a row."""
    text = re.sub(r"[^\S\n]+", " ", re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c]", "\n", text))
    text = UNWANTED.sub("", text)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip()


def find_language(text: str) -> str:
    """Return the ISO 639 code of the text's language, `und` when there is too little to tell."""
    if sum(character.isalpha() for character in text[:4000]) < 15:
        return "und"
    import py3langid

    return py3langid.classify(text[:4000])[0]


def first_line_title(text: str) -> str | None:
    """Return the first line where it can be a title: short, ended by no full stop, and followed by more text.

    Before it, what only names the kind of text is passed over. Where a line of labels follows closely, such as one with the
    day of publication, the lines before that one are the title: a page's width has broken it.
    """
    lines = [line.strip() for line in text.strip()[:4000].split("\n")]
    start = next((place for place, line in enumerate(lines) if line and not KIND.fullmatch(line) and not is_dateline(line)), 0)
    title = _labelled_title(lines[start : start + TITLE_LINES]) or lines[start]
    rest = len(text) - len(title) - start
    is_closed = title[-1:] in '.。!?！？;；:：,，»”"' and not _labelled_title(lines[start : start + TITLE_LINES])
    return title if 0 < len(title) <= TITLE_LENGTH and not is_closed and rest > len(title) else None


def _labelled_title(lines: list[str]) -> str | None:
    """Return the lines before the first label in one, None where there is no label or a sentence or a gap before it."""
    before = list(takewhile(lambda line: not LABEL.match(line), lines))
    if not 0 < len(before) < len(lines) or any(not line or line[-1] in "。.；;：:，," for line in before):
        return None
    return join_words(before)


def join_words(lines: Iterable[str]) -> str:
    """Return lines in one, with a blank between them where the script has blanks."""
    return reduce(lambda title, line: "".join(_glued(title, title, line)) if title else line, lines, "")


def join_lines(text: str, is_kept: Callable[[str], bool] = lambda line: False) -> str:
    """Return text that was broken at a page's width with each paragraph in one line.

    A line goes on in the next when it is as wide as the others and no sentence ends with it, or when the next begins in lower
    case. Lines of which `is_kept` holds, such as dates that stand alone, are left alone unless the line before breaks off.
    """
    lines = [line.strip() for line in text.split("\n")]
    width = _usual_width(lines)
    joined: list[str] = []
    for number, line in enumerate(lines):
        last = lines[number - 1] if number else ""
        stands_alone = is_kept(line) and not SHORT_WORD.search(last[-5:])
        if not stands_alone and _goes_on(last, line, width):
            joined[-1:] = _glued(last, joined[-1], line)
        else:
            joined += ["\n", line]
    return "".join(joined[1:])


def _usual_width(lines: list[str]) -> int:
    """Return the length that one line in ten exceeds."""
    lengths = sorted(len(line) for line in lines if line)
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _goes_on(line: str, following: str, width: int) -> bool:
    if not line or not following or line[-1] in CLOSED:
        return False
    if BROKEN_WORD.search(line[-2:]):
        return True
    is_heading = following[-1] in ":：" and len(following) < 0.5 * width and not following[0].islower()
    if is_heading or MARKED.match(following) or LABEL.match(following):
        return False
    return bool(LOWER_CASE.match(following) or SHORT_WORD.search(line[-5:])) or len(line) >= 0.8 * width


def _glued(last: str, kept: str, following: str) -> tuple[str, str, str]:
    """Return what was kept of a line, what stands between it and the following one, and that one."""
    if BROKEN_WORD.search(last[-2:]):
        return kept[:-1] + ("" if following[:1].islower() else "-"), "", following
    is_chinese = CHINESE.match(last[-1]) or CHINESE.match(following)
    return kept, "" if is_chinese else " ", following
