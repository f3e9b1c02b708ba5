"""How walls speak, in English, French, German, Spanish, Italian, Portuguese, Chinese and Japanese."""

from __future__ import annotations

import re


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.I)


def _starting(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\W{{0,9}}({'|'.join(phrases)})", re.I)


PHRASES = {
    "consent_wall": _any(
        r"\bwe (and our (\d+ )?(partners|vendors)|would (also )?like to)?.{0,40}\buse(s)? (\w+ ){0,3}cookies",
        r"this (web)?site uses cookies|we value your privacy|we care about your privacy|your privacy choices",
        r"our use of cookies",
        r"\b(accept|reject|allow|deny|manage) (all|only|optional|recommended|necessary)?\s?(cookies|settings"
        r"|preferences)\b",
        r"\baccept all\b|(store|access) (and.or (store|access) )?information on (a|your) device|before you continue to\b",
        r"by (clicking|continuing)[^.]{0,80}(you (accept|agree|consent)|our use of)",
        r"nous (et nos (\d+ )?partenaires )?(utilisons|déposons)[^.]{0,60}cookies|ce site utilise des cookies",
        r"(tout|continuer sans) accepter|votre vie privée (nous|est)|paramétrer (les|vos|mes) (cookies|choix)",
        r"retirer votre consentement",
        r"wir (und unsere (\d+ )?partner )?(verwenden|nutzen|setzen|benötigen)[^.]{0,60}(cookies|zustimmung|einwilligung)",
        r"diese (web)?seite (verwendet|nutzt) cookies|alle(s)? akzeptieren|cookies? (akzeptieren|zulassen)",
        r"datenschutz-?einstellungen|(mit werbung|ohne tracking|werbefrei)[^.]{0,40}(lesen|weiter|nutzen)",
        r"cookies zustimmen|(utilizamos|usamos|nosotros y nuestros socios)[^.]{0,60}cookies",
        r"aceptar (todas|todo|y continuar|cookies)|este sitio (web )?(utiliza|usa) cookies|utilizziamo[^.]{0,60}cookie",
        r"accetta (tutti|e continua)|este site (utiliza|usa) cookies|aceitar (todos|tudo)",
        r"(我们|本网站|本站|我們)[^。]{0,20}使用\s?cookie|接受所有|全部接受|同意并继续|接受\s?cookie|管理\s?cookie",
        r"(当サイト|本サイト|このサイト|当社|このウェブサイト)[^。]{0,30}(クッキー|cookie)|すべて(を)?(許可|受け入れ|同意)",
        r"cookie(の使用)?に同意",
    ),
    "paywall_stub": _any(
        r"subscribe (now )?(to|for) (unlock|continue|read|keep reading|full access|unlimited|access)",
        r"\bunlock this (article|story)|to (continue|keep) reading|(try|get|enjoy) unlimited (digital )?access",
        r"this (article|content|story) is (only )?(for|available (only )?to) (\w+ )?(subscribers|members)",
        r"\b(subscribers|members)[- ]only (article|content|story)|exclusive(ly)? (to|for) (our )?(subscribers|members)",
        r"already (a |have a )?(subscri|member)|cancel (at )?any ?time|(full|complete|unlimited) (digital )?access to",
        r"choose (your|a) (subscription|plan)|start your (free )?trial|free articles? (left|remaining|this month)",
        r"(article|contenu|suite) (est )?réservée? (à nos |aux )?abonn|déjà abonné|abonnez-vous (pour|dès|à partir)",
        r"il vous reste .{0,20}(article|à lire)|pour lire la suite|lire la suite de cet article|sans engagement",
        r"débloque[rz] (cet|l.) ?article|(jetzt|kostenlos|weiter) (\w+ )?(lesen|testen) mit",
        r"mit .{0,20}abo(nnement)? weiterlesen|bereits abonnent|(nur|exklusiv) für abonnent|jederzeit kündbar",
        r"dieser (artikel|beitrag|inhalt) ist (nur |exklusiv )?(für|mit)|artikel freischalten",
        r"(plus|digital|premium)[- ]?abo (abschließen|bestellen|testen)|weiterlesen mit",
        r"(contenido|artículo) (exclusivo )?(para|solo para|reservado a) (nuestros )?suscriptores|suscríbete (para|y|por)",
        r"ya (soy|eres) suscriptor|para (seguir|continuar) leyendo|contenuto riservato agli abbonati|abbonati (per|a)",
        r"sei già abbonato|(conteúdo|matéria) exclusiv[ao] para assinantes|já é assinante|assine (para|por|já)",
        r"(订阅|訂閱|开通会员|購買|购买)[^。]{0,12}(阅读全文|閱讀全文|继续阅读|繼續閱讀|解锁|解鎖)",
        r"(仅限|僅限|限)[^。]{0,6}(会员|會員|订户|訂戶)|(本文|全文)[^。]{0,8}(付费|付費|收费)|已是会员",
        r"剩余[^。]{0,8}需付费|会員限定|有料(会員|記事|プラン)|残り[^。]{0,12}文字",
        r"続きを(読む|お読み)[^。]{0,20}(登録|購読|会員|ログイン)|購読(の)?お申し込み|この記事は[^。]{0,12}(有料|会員)",
    ),
    "error_page": _any(
        r"page (you.{0,20})?(requested|are looking for|were looking for|tried to (reach|access))?.{0,40}(could not be"
        r" found|cannot be found|can.t be found|was not found|not found|does(n.t| not) exist|no longer (exists"
        r"|available)|has been (moved|removed|deleted))",
        r"\b(access|permission) (to this (page|site|resource|server) )?(has been |is |was )?denied",
        r"(don.t|do not) have permission to (access|view)|request (was |has been |is )?(blocked|rejected)",
        r"checking (if the site connection is secure|your browser)",
        r"(verify|verifying|confirm|prove) (that )?(you are|you.re|you aren.t) (a |not a )?(human|robot)|are you a robot",
        r"unusual (traffic|activity)|\bray id\b|complete the captcha",
        r"(enable|activate|turn on|requires?) (cookies and )?(java ?script|cookies)",
        r"java ?script (is )?(disabled|required|must be enabled)",
        r"(service|site) (is )?(temporarily |currently )?(unavailable|under maintenance)|(down|closed) for maintenance",
        r"internal server error|bad gateway|something went wrong",
        r"page (demandée|recherchée|que vous (cherchez|recherchez|demandez))[^.]{0,40}(n.existe|introuvable|n.est"
        r" (pas|plus)|n.a pas)",
        r"accès (refusé|interdit)|activer? (le )?javascript|javascript (est )?désactivé",
        r"(vérifi|prouv)[^.]{0,30}(humain|robot)|service (temporairement )?indisponible",
        r"(seite|dokument|inhalt)[^.]{0,40}(nicht gefunden|existiert nicht|nicht (mehr )?(verfügbar|vorhanden))",
        r"zugriff (wurde )?verweigert|(aktivieren sie|bitte)[^.]{0,20}javascript",
        r"javascript[^.]{0,20}(deaktiviert|aktivier|erforderlich)|sie ein mensch|kein roboter|wartungsarbeiten",
        r"página[^.]{0,40}(no (existe|encontrada|disponible|se (ha )?(encuentra|encontrado))|não (existe|encontrada|foi))",
        r"acceso denegado|acesso negado|(active|habilite|activa|habilitar) javascript|no (eres|es) un robot",
        r"servicio no disponible|pagina non (trovata|esiste)",
        r"(页面|網頁|网页|頁面|内容)[^。]{0,16}(不存在|找不到|已删除|已刪除|无法访问|無法訪問|走丢)",
        r"(访问|存取|訪問)[^。]{0,6}(被拒|拒绝|拒絕|受限)|(启用|開啟|啟用|开启)\s?javascript|(安全|人机|人機)验证",
        r"请完成验证|系统繁忙|系统维护|服务(暂时)?不可用",
        r"(ページ|記事)[^。]{0,20}(見つかりません|存在しません|削除され|表示できません)",
        r"アクセス[^。]{0,10}(拒否|できません|制限)|javascript[^。]{0,10}(有効|オン)|ロボットではありません|メンテナンス中",
        r"ご利用いただけません",
    ),
    "placeholder": _any(
        r"\b((this|these) (page|document|file|text|report|statement|summary|minute|transcript|record)s?|(the )?(full )?(minutes"
        r"|transcript|text|recording) (of|will))\b.{0,120}\bbe (published|available|released|posted|uploaded)\b",
        r"\bthis\b.{0,100}\b(minutes|summary|statement|report|decision|meeting) .{0,20}will be published\b",
        r"\bcoming soon\b|\bwill be (published|available|posted) (here|on this page)|\b(check|come) back (later|soon|on)\b",
        r"(cette page|ce document|(le|ce) (texte|compte[- ]rendu|procès-verbal|communiqué)).{0,80}sera (publi|disponible|mis)",
        r"bientôt (disponible|en ligne)|prochainement (disponible|en ligne)",
        r"(diese seite|dieses dokument|(das|der|die) (protokoll|wortlaut|text|mitschrift|niederschrift)).{0,60}"
        r"(wird|werden).{0,60}(veröffentlicht|verfügbar|bereitgestellt|eingestellt)|(demnächst|in kürze) (hier|verfügbar)",
        r"(esta página|este documento|el (acta|texto|comunicado)|la transcripción).{0,60}(se publicará|será publicad|estará)",
        r"próximamente disponible|(questa pagina|questo documento|il (testo|verbale)).{0,60}sarà",
        r"(esta página|este documento|a ata|o texto).{0,60}será publicad|em breve disponível",
        r"(本页|本頁|本文件|该文件|此文件|全文|(会议)?纪要|會議紀要|会议记录|文字实录)[^。]{0,12}(将|將)[^。]{0,24}"
        r"(公布|发布|發布|公開|公开|上线)",
        r"敬请期待|敬請期待|全文(尚未|暂未)(公布|发布)",
        r"(本ページ|本資料|この資料|議事(要旨|録|概要)|全文|会議資料)[^。]{0,24}"
        r"((公表|公開|掲載)(する|される|を)?予定|(公表|公開|掲載)され(ます|る))",
        r"(近日|後日)(中に)?(公開|公表|掲載)|まだ(公開|公表)されて",
    ),
}
"""What names a wall outright."""
WEAK = {
    "consent_wall": _any(
        r"\bcookies?\b|\bconsent|\bprivacy\b|personal data|\bpartners\b|personali[sz]ed (ads|content|advertising)",
        r"confidentialité|données personnelles|\bpublicité personnalisée|datenschutz|einwilligung|personalisierte",
        r"privacidad|consentimiento|隐私|隱私|個人資料|プライバシー|クッキー",
    ),
    "paywall_stub": _any(
        r"\bsubscri(be|ber|bers|ption|ptions)\b|\bper (month|week|year)\b",
        r"\b(premium|standard|digital) (digital|access|edition)|\bfree trial\b|\bsign in\b|\blog in\b|\bfor \d+ weeks?\b",
        r"\bsave \d+ ?%|\b(more|other|all|our) (offers|plans|subscriptions)\b|\bprint edition",
        r"\b(full|digital|premium) access\b|\babonn(é|ez|ement)",
        r"\bpar mois\b|\bessai gratuit|se connecter|\babo(nnement|nnenten)?\b|\bpro monat\b|\bim monat\b",
        r"\bprobe(monat|abo)|\banmelden\b|\bsuscri(pción|ptor|be)|\bal mes\b|\biniciar sesión|会员|會員|订阅|訂閱|登录",
        r"登入|元/月|每月|購読|会員|月額|ログイン|無料登録",
    ),
    "error_page": _any(
        r"\b(home ?page|go back|try again|contact (us|support|the webmaster)|search|reload|refresh|browser|cloudflare"
        r"|reference #|error (code|id)|incident id|security (service|check))\b",
        r"retour(ner)? à l.accueil|startseite|página de inicio|返回首页|返回首頁|トップページ|刷新|重试",
    ),
    "placeholder": _any(
        r"\b(published on|main menu|skip to)\b|publié le|veröffentlicht am",
    ),
}
"""What goes on inside a wall, and elsewhere too: it counts only where the wall is named."""
NAMES = {
    "consent_wall": (
        "cookie", "クッキー", "privacy", "vie privée", "confidentialité", "datenschutz", "einwilligung", "privacidad",
        "隐私", "隱私",
    ),
    "paywall_stub": (
        "subscri", "abon", "abo ", "-abo", "suscri", "assina", "assine", "trial", "reading", "member", "会员", "會員",
        "订", "訂", "付费", "付費", "会員", "購読", "有料",
    ),
}  # fmt: skip
"""Words one of which stands in every wall of the kind."""
ERROR_TITLE = _starting(
    r"(error|http|fehler|erreur)?\W{0,3}(40[0134]|410|429|50[0234])\b",
    r"(page|file|content|document|article)?\s?(was |is |could )?not (be )?found\b",
    r"(sorry\W{1,3})?(the |this )?page (not|can.?not|does|you)|access (to this page has been )?denied|forbidden\b",
    r"just a moment|attention required|(are you|you are not) a robot|robot check|captcha\b|security check|one more step",
    r"pardon our interruption|(service|site|temporarily) unavailable|(site )?(under|down for) maintenance",
    r"request (rejected|blocked)|bad gateway|internal server error|(page )?error$",
    r"page (introuvable|non trouvée|inexistante)|accès refusé|cette page n|(die )?seite (wurde )?nicht gefunden",
    r"zugriff verweigert|(wartungsarbeiten|nicht gefunden)|página no encontrada|acceso denegado|no (se )?encontr",
    r"página não encontrada|pagina non trovata|(页面|網頁|网页|頁面)?(不存在|找不到|未找到)|访问(被)?(拒绝|受限)|安全验证",
    r"系统维护|(お探しの|ご指定の)?ページ(が|は)[^。]{0,9}(見つかり|存在)|アクセス(拒否|が拒否)|メンテナンス",
)
"""How headings of error pages begin."""
LOGIN_TITLE = _starting(
    r"please )?(log ?-?in|log on|sign ?-?in|member login|login required|authentication|connexion|se connecter",
    r"identifi(ez-vous|cation)|connectez-vous|anmeld(en|ung)|einloggen|bitte (melden|loggen)|iniciar sesión",
    r"inicio de sesión|acceso (clientes|usuarios)|accedi|entrar\b|(用户|用戶|会员|會員|统一身份|账号)?(登录|登入|登陆)",
    r"(会員)?ログイン",
)
"""How headings of logins begin."""
PLACEHOLDER_TITLE = _any(
    r"[(\[（【]\s?(to be (published|released|announced)|coming soon|not yet (published|available)|à (paraître|publier)"
    r"|(sera|seront) publi|(wird|werden) .{0,30}veröffentlicht|demnächst|próximamente|(se publicará|será publicad)"
    r"|(即将|即將|待)(发布|發布|公布)|(公表|公開|掲載)予定|近日(公開|公表))",
    r"^\W{0,9}(coming soon|bientôt disponible|demnächst|próximamente|敬请期待|敬請期待|近日公開)",
)
"""What headings of documents to come hold."""
