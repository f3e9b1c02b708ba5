"""Settings: read once, from the environment and the project's `.env`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent


def base_folder(project: Path) -> Path:
    """Return the folder of `.env` and the default home: the project, and where the package lies in none, the working one."""
    return project if (project / "pyproject.toml").is_file() else Path.cwd()


BASE = base_folder(PROJECT)


class Settings(BaseSettings):
    """What an operator may choose; each field is an environment variable with the prefix POLICY_SIGNALS_."""

    model_config = SettingsConfigDict(env_prefix="POLICY_SIGNALS_", env_file=BASE / ".env", extra="ignore")

    home: Path = Field(BASE / "var", description="Folder of database, archive, reports and models.")
    database: str = Field("", description="SQLAlchemy address; empty: the SQLite file policy_signals.db in the home.")
    contact: str = Field("", description="Address or page that a site's owner can write to; goes into the user agent.")
    sources: str = Field("sample", description="Ids of the sources to collect, comma-separated, or `all`.")
    allow_loopback: bool = Field(False, description="Let sources be fetched from this machine itself: for tests.")
    smtp: str = Field("", description="Mail server for `send` outside Airflow: smtp://user:password@host:port.")
    sender: str = Field("", description="From address of the mail.")

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.home / 'policy_signals.db'}"


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings()
