"""Feeds that are not well-formed: what they mean is read all the same."""

from __future__ import annotations

import pytest

from analysis.collect.listing.feed import read_feed

ADDRESS = "https://ministry.example/news/feed.xml"


def entries(inner):
    content = f"<rss version='2.0'><channel><title>News</title>{inner}</channel></rss>"
    return [(entry.title, entry.summary) for entry in read_feed(content.encode(), ADDRESS).entries]


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        ("<item><title>Law & order</title></item>", [("Law & order", None)]),
        ("<item><title>R&D and AT&T; 3 &lt 4</title></item>", [("R&D and AT&T; 3 &lt 4", None)]),
        ("<item><title>Caf&eacute;&nbsp;&#8211;&#150; &bogus; &#0;&#x1f;!</title></item>", [("Café –– &bogus; !", None)]),
        ("<item><title>2 < 3 and <4</title></item>", [("2 < 3 and <4", None)]),
        ("<item><title>T</title><dc:creator>A</dc:creator></item>", [("T", None)]),
        ("<item><dc:title>T</dc:title></item>", [("T", None)]),
        ("<item><description>a<br>b <b>c</description><title>T</title></item>", [("T", "a b c")]),
        ("<item><title>One<title>Two</item>", [("One", None)]),
        ("<item><title>One<link>/1</link><item><title>Two</title></item>", [("One", None), ("Two", None)]),
        ("<item><title>One</titel></item><item><title>Two</title></item>", [("One", None), ("Two", None)]),
        ("<item><title>One</title></b></rss2></item><item><title>Two</title></item>", [("One", None), ("Two", None)]),
        ("<item a=1 b='2' b=\"3\" c = d e><title>One</title></item>", [("One", None)]),
        ("<item><title>One</title></item><item><title>Two & <![CDATA[three <b>", [("One", None), ("Two & three", None)]),
        ("<item><title>One</title></item><item><title>Two</title><li", [("One", None), ("Two", None)]),
        ("<item><title>O\x00n\x0be\x08</title></item>", [("On e", None)]),
        ("&<item><title><!-- <title>no</title> -->Yes<?php echo 1 ?></title></item>", [("Yes", None)]),
    ],
    ids=range(16),
)
def test_a_broken_feed_is_read_as_it_is_meant(inner, told):
    assert entries(inner) == told


@pytest.mark.parametrize(
    "before",
    [
        " \n\t",
        "\ufeff\n",
        "<br />\n<b>Warning</b>: no cache in feed.php<br />\n<?xml version='1.0'?>",
        "Notice: nothing\n<?xml version='1.0'?>",
        "<!-- made by a program > 1.0 --><?xml-stylesheet href='x.xsl'?><!DOCTYPE rss SYSTEM 'rss.dtd'>",
    ],
)
def test_what_stands_before_a_feed_is_passed_over(before):
    content = f"{before}<rss version='2.0'><channel><item><title>T &amp; U</title></item></channel></rss><!-- after -->"
    assert [entry.title for entry in read_feed(content.encode()).entries] == ["T & U"]


def test_what_stands_behind_a_feed_is_passed_over():
    content = b"<rss version='2.0'><channel><item><title>T</title></item></channel></rss><script>x()</script><b>"
    assert [entry.title for entry in read_feed(content).entries] == ["T"]


def test_a_namespace_that_is_no_address_is_borne():
    content = b"<rss version='2.0' xmlns:a='http://www\n.w3.org/2005/Atom' xmlns:b='' xmlns:c='<>'><channel>" + (
        b"<item><a:link href='/1'/><c:d>x</c:d></item></channel></rss>"
    )
    assert read_feed(content, ADDRESS).entries[0].address == "https://ministry.example/1"


def test_words_that_the_document_type_declares_are_put_in():
    subset = "<!ENTITY body 'Agency'><!ENTITY dash \"&#8211;\"><!ENTITY loop '&body;'>"
    content = (
        f"<!DOCTYPE rss [{subset}]><rss version='2.0'><channel><item><title>&body; &dash; &loop;</title></item></channel></rss>"
    )
    assert read_feed(content.encode()).entries[0].title == "Agency – &body;"


def test_a_name_that_xml_keeps_for_itself_is_borne():
    items = "<item><title>T</title><xmlns:a>x</xmlns:a><description><xml:b>y</xml:b><c:>z</description></item>"
    content = f"<rss version='2.0'><channel><content>C</content><xmlns:d/>{items}</channel></rss>"
    (entry,) = read_feed(content.encode()).entries
    assert (entry.title, entry.summary) == ("T", "yz")
