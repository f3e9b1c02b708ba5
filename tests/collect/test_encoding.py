from __future__ import annotations

import time
from datetime import date

import pytest

from analysis.collect.extract import extract
from analysis.collect.extract.encoding import REPLACEMENT, declared_encoding, decode, known_encoding

TODAY = date(2025, 3, 10)
GERMAN = "Der Minister erklärte: die Größe der Förderung beträgt fünf Millionen Euro für kleine Betriebe."
FRENCH = "Le ministère a annoncé une réforme générale : les opérateurs devront être agréés dès l’été, a précisé la ministre."
SPANISH = "El Gobierno aprobó una ley que prohíbe la minería de criptomonedas; según la ministra, habrá más regulación."
CHINESE = "市场监管总局今日发布公告，要求平台企业停止要求商家二选一的行为，并对违法企业处以罚款。"
TAIWANESE = "數位發展部今日公布新的人工智慧指引，要求業者在明年一月以前完成自我評估，並向主管機關提出報告。"
JAPANESE = "総務省は、人工知能に関する新しい指針を公表した。事業者は来年四月までに対応しなければならない。"
KOREAN = "과학기술정보통신부는 인공지능 산업을 지원하기 위한 새로운 계획을 발표하였다. 관련 예산은 내년부터 집행된다."
RUSSIAN = "Министерство цифрового развития опубликовало новые правила для операторов связи и облачных услуг."
POLISH = "Minister ogłosił nowe zasady: małe spółki będą mogły ubiegać się o środki na badania już we wrześniu."
ENGLISH = "The ministry of economy published a plan for the chip industry on Tuesday."
LEGACY = [
    (GERMAN, "cp1252"), (FRENCH, "cp1252"), (SPANISH, "cp1252"), (CHINESE, "gb18030"), (TAIWANESE, "big5"), (JAPANESE, "cp932"),
    (JAPANESE, "euc_jp"), (KOREAN, "euc_kr"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8_r"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "encoding"), LEGACY)
def test_undeclared_text_is_read_in_its_likeliest_encoding(text, encoding):
    assert decode(text.encode(encoding)) == (text, encoding)


@pytest.mark.parametrize(("text", "encoding"), [*LEGACY, (POLISH, "iso-8859-2"), (POLISH, "cp1250")])
def test_a_declared_encoding_is_believed(text, encoding):
    content = text.encode(encoding)
    assert decode(content, encoding)[0] == text
    assert decode(content, None, encoding) == decode(content, encoding)
    assert decode(content, "utf-8", encoding)[0] == text
    assert decode(content, encoding, "utf-8")[0] == text


@pytest.mark.parametrize(("text", "encoding"), LEGACY)
def test_text_in_sound_utf8_is_never_read_in_a_legacy_encoding_that_is_declared(text, encoding):
    # Servers and templates that were set up long ago go on saying what their pages no longer are.
    assert decode(text.encode(), encoding, encoding) == (text, "utf-8")


def test_a_few_words_that_pass_for_utf8_by_chance_are_read_as_declared():
    content = "隆".encode("gbk") * 2
    assert content.decode("utf-8")
    assert decode(content, "gbk") == ("隆隆", "gb18030")


def test_the_header_goes_before_the_page():
    content = "Größe".encode("iso-8859-2")
    assert decode("żółć".encode("iso-8859-2"), "windows-1252", "iso-8859-2") == ("żółć", "iso-8859-2")
    assert decode(content, "no-such-encoding", "also-none")[0] == "Größe"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", [CHINESE, ENGLISH])
def test_a_byte_order_mark_goes_before_all_and_is_no_part_of_the_text(text, encoding):
    assert decode(text.encode(encoding), "iso-8859-1", "big5") == (text, encoding.removesuffix("-sig"))
    assert decode(b"\xfe\xff" + "é".encode("utf-16-be")) == ("é", "utf-16")
    assert decode(b"\x00\x00\xfe\xff" + "é".encode("utf-32-be")) == ("é", "utf-32")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [CHINESE, RUSSIAN, ENGLISH, KOREAN])
def test_utf16_and_utf32_are_known_without_mark_and_whatever_is_declared(text, encoding):
    lines = f"{text}\r\n1. {text}\r\n"
    assert decode(lines.encode(encoding), "utf-8", "iso-8859-1") == (lines, encoding)


def test_a_page_that_calls_itself_utf16_in_ascii_letters_is_none():
    assert decode(GERMAN.encode(), "utf-16") == (GERMAN, "utf-8")


def test_a_stray_nought_does_not_make_text_wide():
    assert decode(b"Control\x00 characters in a line")[1] == "utf-8"


@pytest.mark.parametrize(
    ("label", "meant"),
    [
        ("ISO-8859-1", "cp1252"), ("latin1", "cp1252"), ("us-ascii", None), ("iso-8859-9", "cp1254"), ("iso-8859-11", "cp874"),
        ("GB2312", "gb18030"), ("gbk", "gb18030"), ("x-gbk", "gb18030"), ("euc-kr", "cp949"), ("ks_c_5601-1987", "cp949"),
        ("Shift_JIS", "cp932"), ("x-sjis", "cp932"), ("windows-31j", "cp932"),
        ("big5", "big5hkscs"),
        ("iso-8859-15", "iso-8859-15"), ("windows-1251", "cp1251"), ('"utf8"', "utf-8"), (" UTF-8; ", "utf-8"),
        ("iso-2022-jp", "iso2022_jp"), ("utf-7", None), ("undefined", None), ("idna", None), ("unicode_escape", None),
        ("base64", None), ("rot13", None), ("a\x00b", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_label_means_what_browsers_take_it_for(label, meant):
    assert known_encoding(label) == meant


def test_a_label_of_a_part_of_an_encoding_does_not_lose_the_rest():
    assert decode("“Prix : 5 €”".encode("cp1252"), "iso-8859-1") == ("“Prix : 5 €”", "cp1252")
    assert decode("朱镕基会见了代表团".encode("gbk"), "gb2312") == ("朱镕基会见了代表团", "gb18030")


def test_text_with_a_few_broken_bytes_keeps_its_encoding_and_they_are_counted():
    broken = CHINESE.encode()[:60] + b"\xff" + CHINESE.encode()[60:]
    text, encoding = decode(broken)
    assert (encoding, text.count(REPLACEMENT), text.replace(REPLACEMENT, "")) == ("utf-8", 1, CHINESE)
    text, encoding = decode(CHINESE.encode("gb18030") + b"\xff\xff", "gb2312")
    assert (encoding, text.count(REPLACEMENT)) == ("gb18030", 2)
    found = extract(broken, "a.txt", TODAY)
    assert (found.replacement_count, found.encoding) == (1, "utf-8")
    assert extract(CHINESE.encode(), "a.txt", TODAY).replacement_count == 0


def test_text_cut_off_within_a_character_keeps_its_encoding():
    assert decode(f"{ENGLISH} à".encode()[:-1]) == (f"{ENGLISH} {REPLACEMENT}", "utf-8")


@pytest.mark.parametrize(
    ("markup", "label"),
    [
        ('<html><head><meta charset="gb2312">', "gb2312"),
        ("<meta charset=big5>", "big5"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">', "windows-1251"),
        ("<META content='text/html;charset=Shift_JIS' http-equiv=content-type>", "Shift_JIS"),
        ('<?xml version="1.0" encoding="euc-kr"?><rss>', "euc-kr"),
        ("\n <?xml version='1.0' encoding='gbk' ?>", "gbk"),
        ('<!-- <meta charset="gb2312"> --><meta charset="utf-8">', "utf-8"),
        ('<script charset="gb2312" src="x"></script><meta charset="utf-8">', "utf-8"),
        ('<script charset="gb2312" src="x"></script>', None),
        ("<p>charset=gb2312</p>", None),
        ("<!-- <meta charset=gb2312>", None),
    ],
)
def test_a_page_names_its_encoding_in_a_meta_element_or_xml_declaration(markup, label):
    assert declared_encoding(markup.encode()) == label


def test_pages_and_texts_are_read_by_header_then_by_declaration():
    page = f"<!doctype html><html><head><meta charset='iso-8859-2'></head><body><article><p>{POLISH}</p><p>{POLISH} Tak.</p>"
    assert POLISH in extract(page.encode("iso-8859-2"), "a.html", TODAY).text
    assert POLISH in extract(page.replace("8859-2", "8859-1").encode("iso-8859-2"), "a.html", TODAY, charset="iso-8859-2").text
    assert extract(POLISH.encode("cp1250"), "a.txt", TODAY, charset="windows-1250").text == POLISH


@pytest.mark.parametrize("piece", [b"<meta ", b"<!--", b"<?xml ", b"\x00", b"a\x00", b"\x81", b"<meta charset", b"\xe4\xb8"])
def test_hostile_bytes_are_decoded_in_time(piece):
    content = piece * (1_000_000 // len(piece))
    begun = time.process_time()
    decode(content, declared_encoding(content))
    assert time.process_time() - begun < 20
