"""What Airflow shows and delivers for Policy Signals: pages, mail, the database of a connection."""
