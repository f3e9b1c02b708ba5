from __future__ import annotations

import subprocess
import sys


def test_airflow_finds_the_plugin_and_loads_no_other_file_of_the_folder(airflow):
    from airflow.plugins_manager import get_fastapi_plugins, get_import_errors

    (mounted,), _middlewares = get_fastapi_plugins()
    assert mounted["url_prefix"] == "/policy-signals"
    assert not get_import_errors()
    assert "pages" not in sys.modules
    assert "serve" not in sys.modules


def test_the_navigation_has_an_entry_with_a_picture(airflow):
    from airflow.plugins_manager import _get_ui_plugins

    (view,), _react_apps = _get_ui_plugins()
    assert view["name"] == "Signals"
    assert view["destination"] == "nav"
    assert view["href"].endswith("/")


def test_loading_the_plugin_imports_no_web_page(airflow):
    program = "import policy_signals_plugin, sys; assert 'policy_signals_airflow.pages' not in sys.modules"
    path = "import sys; sys.path.insert(0, sys.argv[1]); "
    from airflow_environment import PROJECT

    subprocess.run([sys.executable, "-c", path + program, PROJECT / "plugins"], check=True, timeout=60)
