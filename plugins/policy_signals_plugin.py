"""Makes the Signals page known to Airflow.

Airflow loads this file in every one of its processes, tasks included, so nothing heavy is imported at the top.
"""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

PREFIX = "/policy-signals"


async def signals(scope, receive, send) -> None:
    """Answer with the pages, which are imported at the first request."""
    from policy_signals_airflow.pages import app

    await app(scope, receive, send)


APPLICATIONS = [{"app": signals, "url_prefix": PREFIX, "name": "Policy Signals"}]
VIEWS = [
    {
        "name": "Signals",
        # Without the slash at its end the address would belong to Airflow's own pages.
        "href": f"{PREFIX}/",
        "icon": f"{PREFIX}/icon.svg",
        "destination": "nav",
        "url_route": "policy-signals",
        "nav_top_level": True,
    }
]


class PolicySignalsPlugin(AirflowPlugin):
    """The pages under /policy-signals/, and their entry `Signals` in the navigation."""

    name = "policy_signals"
    fastapi_apps = APPLICATIONS
    external_views = VIEWS
