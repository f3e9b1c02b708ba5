"""The values that columns admit: stances, channels, sectors, levels of authorities, kinds of sources."""

from __future__ import annotations

from typing import Literal, get_args

STANCES = ("supportive", "neutral", "restrictive", "no_signal")
Channel = Literal["official", "press"]
CHANNELS: tuple[str, ...] = get_args(Channel)
SECTORS = (
    "artificial_intelligence",
    "semiconductors",
    "online_platforms",
    "social_media",
    "fintech",
    "crypto_assets",
    "data_and_cloud",
    "cybersecurity",
    "telecommunications",
    "video_games",
    "mobility_and_robotics",
    "quantum_and_space",
    "technology_general",
)
Level = Literal[
    "head_of_state",
    "government",
    "ministry",
    "regulator",
    "central_bank",
    "court",
    "parliament",
    "prosecutor",
    "party",
    "supranational",
    "subnational",
]
LEVELS: tuple[str, ...] = get_args(Level)
Branch = Literal["executive", "legislative", "judicial", "independent", "party", "supranational"]
BRANCHES: tuple[str, ...] = get_args(Branch)
Rank = Literal["head", "deputy", "spokesperson", "member"]
RANKS: tuple[str, ...] = get_args(Rank)
Kind = Literal["folder", "feed", "sitemap", "list_page", "api", "mail"]
KINDS: tuple[str, ...] = get_args(Kind)
Health = Literal["ok", "nothing_new", "failed", "silent", "stale", "moved"]
HEALTHS: tuple[str, ...] = get_args(Health)
RULES = ("name", "office", "holder", "quotation", "pronoun", "noun", "report", "turn", "publisher", "none")
"""How the authority of a statement is found."""
TELLS = ("authority", "organ", "law", "country", "place")
"""What tells the jurisdiction of a statement."""
STATUSES = ("challenger", "current", "retired")
"""What a model is in the registry."""
ACTS = ("draft", "guidance", "rule", "probe", "fine", "approval", "support", "speech", "answer", "none")
"""What a statement tells of: an act of an authority, what it says, its answer in a dialogue, or none of these."""
WINDOWS = (1, 4, 13)
PROVISIONAL_WEEKS = 4
"""Weeks after a window's last day in which late documents and answers still change it."""
SEVERITIES = ("critical", "warning", "info")
SUPRANATIONAL = ""
"""Jurisdiction of bodies that no ISO 3166 code names."""
