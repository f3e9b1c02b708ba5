"""Pages that stand in a document's place are refused by their kind; documents about the same things are not."""

from __future__ import annotations

import time

import pytest
from lxml import html

from analysis.collect.extract.html import read_html
from analysis.collect.extract.walls import PLAIN, find_wall, read_signs, refuse_wall
from analysis.errors import UnreadableError
from tests.collect.pages import TODAY, page

CONSENT = {
    "en": (
        "We value your privacy. We and our 812 partners store and access information on your device. You may "
        "accept all cookies or manage your preferences at any time. Your choices apply to this site only. Read "
        "our privacy policy for more about cookies."
    ),
    "fr": (
        "Nous et nos 214 partenaires utilisons des cookies pour stocker des informations sur votre appareil. Vous "
        "pouvez tout accepter ou continuer sans accepter. Vos choix de cookies peuvent être modifiés à tout "
        "moment dans notre politique de confidentialité."
    ),
    "de": (
        "Wir und unsere 97 Partner verwenden Cookies auf Ihrem Gerät. Mit Klick auf Alle akzeptieren geben Sie "
        "Ihre Einwilligung. Weitere Hinweise stehen in unserer Datenschutzerklärung. Sie können die Einwilligung "
        "jederzeit in den Cookies widerrufen."
    ),
    "es": (
        "Utilizamos cookies propias y de terceros en este sitio. Puede aceptar todas las cookies o configurar su "
        "consentimiento. Consulte nuestra política de privacidad y de cookies."
    ),
    "zh": (
        "我们使用Cookie来改善您的浏览体验。点击接受所有即表示您同意我们的Cookie政策。您可以随时管理Cookie。"
        "请参阅我们的隐私政策。"
    ),
    "ja": (
        "当サイトでは、利便性の向上のためクッキーを使用しています。"
        "すべて同意するか、クッキーの設定を変更してください。詳しくはプライバシーポリシーをご覧ください。"
    ),
}
PAYWALL = {
    "en": (
        "Ministers weigh new rules for chips. Subscribe to unlock this article. Cancel anytime during your trial. "
        "Already a subscriber? Sign in. Digital access for 9 euros per month."
    ),
    "fr": (
        "Le ministère prépare un décret. Cet article est réservé aux abonnés. Abonnez-vous à partir de 1 euro par "
        "mois. Déjà abonné ? Se connecter. Sans engagement."
    ),
    "de": (
        "Das Ministerium plant eine Verordnung. Dieser Artikel ist exklusiv für Abonnenten. Jetzt weiterlesen mit "
        "dem Digital-Abo. Bereits Abonnent? Hier anmelden. Jederzeit kündbar, danach 9 Euro pro Monat."
    ),
    "es": (
        "El ministerio prepara un decreto. Contenido exclusivo para suscriptores. Suscríbete para seguir leyendo. "
        "¿Ya eres suscriptor? Iniciar sesión. Suscripción por 1 euro al mes."
    ),
    "zh": ("工信部拟出台新规。订阅后可继续阅读。本文为付费内容。已是会员？请登录。每月会员仅需十元。"),
    "ja": (
        "総務省が新しい規則を検討。この記事は有料会員限定です。残り1200文字。続きを読むには会員登録が必要です。"
        "すでに会員の方はログインしてください。"
    ),
}
ERROR = {
    "en": (
        "Page not found",
        "The page you are looking for could not be found. It may have been moved. Go back to the home page.",
    ),
    "fr": ("Page introuvable", "La page demandée n'existe pas ou plus. Retournez à l'accueil."),
    "de": ("Seite nicht gefunden", "Die angeforderte Seite wurde leider nicht gefunden. Zur Startseite."),
    "es": ("Página no encontrada", "La página que busca no existe. Vuelva a la página de inicio."),
    "zh": ("页面不存在", "您访问的页面不存在或已删除。请返回首页。"),
    "ja": ("ページが見つかりません", "お探しのページは見つかりませんでした。トップページへお戻りください。"),
}
CHECKS = [
    (
        "Just a moment...",
        "Checking your browser before accessing the site. Please enable JavaScript and cookies to continue. Ray ID: 8ac1",
    ),
    ("Ministry", "Access denied. You don't have permission to access this page on this server. Reference #18.2"),
    ("Ministry", "Please verify that you are a human. Our systems have detected unusual traffic from your network."),
    ("App", "You need to enable JavaScript to run this app."),
    ("Ministère", "Veuillez activer JavaScript pour afficher ce site. Merci de prouver que vous n'êtes pas un robot."),
    ("Behörde", "Zugriff verweigert. Bitte aktivieren Sie JavaScript in Ihrem Browser."),
    ("Ministerio", "Acceso denegado. Active JavaScript y confirme que no es un robot."),
    ("部门", "请完成验证后继续访问。请启用JavaScript。"),
    ("省", "アクセスが拒否されました。JavaScriptを有効にしてください。"),
]
LOGIN = ["Sign in to your account", "Connexion", "Anmelden", "Iniciar sesión", "用户登录", "ログイン"]
COMING = [
    "These minutes will be published on 18 June at noon.",
    "Le compte rendu de cette réunion sera publié le 18 juin.",
    "Das Protokoll dieser Sitzung wird am 18. Juni veröffentlicht.",
    "El acta de esta reunión se publicará el 18 de junio.",
    "本次会议纪要将于6月18日公布。",
    "本会合の議事要旨は6月18日に公表予定です。",
]
ARTICLE = " ".join(
    f"In point {number} the regulator told operators of large platforms which records they have to keep and for how long."
    for number in range(1, 20)
)


def rule(content: bytes) -> str | None:
    try:
        read_html(content, TODAY)
    except UnreadableError as error:
        return error.rule
    return None


@pytest.mark.parametrize("language", CONSENT)
def test_a_page_that_only_asks_for_consent_is_refused(language):
    sentences = CONSENT[language]
    assert find_wall("Ministry", sentences) == "consent_wall"
    assert rule(page("Ministry", f"<div class='box'><p>{sentences}</p></div>")) == "consent_wall"


@pytest.mark.parametrize("language", PAYWALL)
def test_a_teaser_with_an_offer_is_refused(language):
    assert find_wall("New rules", PAYWALL[language]) == "paywall_stub"


@pytest.mark.parametrize("language", ERROR)
def test_an_error_page_that_came_as_a_success_is_refused(language):
    title, sentences = ERROR[language]
    assert find_wall(title, sentences) == "error_page"
    assert find_wall("Ministry", sentences) == "error_page"
    assert rule(page(title, f"<h1>{title}</h1><p>{sentences}</p>")) == "error_page"


@pytest.mark.parametrize(("title", "sentences"), CHECKS)
def test_a_check_against_robots_is_refused(title, sentences):
    assert find_wall(title, sentences) == "error_page"


@pytest.mark.parametrize("title", LOGIN)
def test_a_login_is_refused_by_its_heading_and_its_password(title):
    form = "<form><label>E-Mail</label><input type='email'><input type='password'></form><p>Forgotten your access?</p>"
    assert rule(page(title, f"<h1>{title}</h1>{form}")) == "login_page"
    assert rule(page("Ministry", f"<h1>Rules for platforms</h1>{form}<article><p>{ARTICLE}</p></article>")) is None


@pytest.mark.parametrize("sentence", COMING)
def test_an_announcement_of_a_document_is_no_document(sentence):
    assert find_wall("Minutes of the meeting", sentence) == "placeholder"


@pytest.mark.parametrize(
    "mark", ["(to be published at noon)", "(à paraître)", "(wird am 3. Mai veröffentlicht)", "（公表予定）", "（即将发布）"]
)
def test_a_title_that_says_so_makes_an_announcement_of_a_page_full_of_menus(mark):
    menu = "\n".join(["About us", "What we do", "Banknotes", "Statistics and data", "Careers with the institution"] * 8)
    assert find_wall(f"Minutes of the June meeting {mark}", menu) == "placeholder"
    assert find_wall(f"Minutes of the June meeting {mark}", f"{menu}\n{ARTICLE}") is None


def test_a_page_of_links_to_documents_is_a_list():
    entries = "".join(
        f"<li><a href='/d/{n}'>Notice number {n} on the records of large platforms</a> {n} May 2025</li>" for n in range(1, 25)
    )
    assert rule(page("Notices", f"<h1>Notices</h1><ul>{entries}</ul>")) == "list_page"
    assert rule(page("Notices", f"<h1>Notices</h1><article><p>{ARTICLE}</p></article><ul>{entries}</ul>")) is None


def test_menus_are_no_list():
    links = "".join(f"<p><a href='/{n}'>A headline of some length, number {n}</a></p>" for n in range(20))
    for tag in ("nav", "header", "footer", "aside"):
        assert not read_signs(html.fromstring(page("Title", f"<{tag}><div>{links}</div></{tag}>").decode())).listed


def test_signs_are_read_from_the_markup_before_boxes_are_taken_out():
    links = "".join(f"<p><a href='/{n}'>A headline of some length, number {n}</a></p>" for n in range(10))
    signs = read_signs(html.fromstring(page("Title", f"<h1>Heading</h1>{links}<input type='password'>").decode()))
    assert signs.headings == ("Title", "Heading")
    assert signs.has_login
    assert "aheadlineofsomelengthnumber3" in signs.listed


@pytest.mark.parametrize("language", CONSENT)
def test_an_article_under_a_banner_is_no_wall(language):
    assert find_wall("Rules", f"{CONSENT[language]}\n{ARTICLE}") is None
    assert find_wall("Rules", f"{ARTICLE}\n{PAYWALL[language]}") is None


@pytest.mark.parametrize(
    "sentences",
    [
        (
            "The data protection authority fined a search engine 90 million euros over cookies. Users could not refuse "
            "cookies as easily as accept them. The authority found that the banner of the company asked for consent in a "
            "misleading way. The company has three months to change it, and pays 100,000 euros for each further day. It "
            "may appeal to the highest administrative court. Last year the authority had warned forty companies in the "
            "same matter, most of which changed their banners within weeks."
        ),
        (
            "The streaming service raises the price of a subscription to 12 euros per month. The competition authority "
            "asked for the reasons of the increase. Subscribers may cancel within thirty days. The ministry said that it "
            "follows prices of digital services closely and that a law on fair contracts comes into force in autumn, which "
            "lets members of such services leave at any time."
        ),
        (
            "The ministry will publish its strategy on artificial intelligence on 3 May. It names computing capacity and "
            "training as aims. Industry associations had asked for lower energy prices in data centres and for faster "
            "permits; the ministry left both open, but said that a second paper on energy is being written with the states "
            "and will reach parliament before the summer break begins."
        ),
        "The ministry will publish rules for generative models in June, it said on Monday.",
        "Le décret sera publié au journal officiel le 3 mai, a annoncé la ministre.",
        "Die Verordnung wird am 3. Mai im Bundesanzeiger veröffentlicht, teilte das Ministerium mit.",
        "El reglamento se publicará el 3 de mayo, dijo la ministra.",
        "工信部将于6月发布人工智能新规。",
        "総務省は6月に新しい指針を公表する予定だと発表した。",
    ],
)
def test_a_document_about_such_things_is_none_of_them(sentences):
    assert find_wall("Authority on services", sentences) is None


def test_a_refusal_names_the_rule_and_what_to_do():
    with pytest.raises(UnreadableError, match="leave|left out|needs access") as caught:
        refuse_wall("New rules", PAYWALL["en"])
    assert caught.value.rule == "paywall_stub"
    refuse_wall("New rules", ARTICLE)


def test_plain_sentences_outweigh_a_wall_at_a_stated_weight():
    offer = "Subscribe to unlock this article. Cancel anytime. "
    plain = "Seventeen operators answered. "
    assert find_wall("Rules", offer * 3 + plain * 2) == "paywall_stub"
    assert find_wall("Rules", offer * 3 + plain * (PLAIN // len(plain) + 2)) is None


@pytest.mark.parametrize(
    "piece", ["a", "we ", "cookies ", "the minutes ", "page you ", "ページ", "将", "\n", "wir und unsere 1"]
)
def test_a_hostile_text_takes_no_long_time(piece):
    began = time.process_time()
    find_wall(piece * 500, piece * (1_000_000 // len(piece)))
    for length in (1_000, 5_000, 7_000):
        find_wall("cookie", "cookie subscription " + piece * (length // len(piece)))
    assert time.process_time() - began < 20
