"""From statements to signals: stance probabilities and sectors."""
