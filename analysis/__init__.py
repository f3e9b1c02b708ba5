"""Policy Signals: which way public authorities lean towards each tech sector, week by week."""
