from __future__ import annotations

from airflow_environment import airflow, connect, connected_mailbox, mailbox, own_settings

__all__ = ["airflow", "connect", "connected_mailbox", "mailbox", "own_settings"]
