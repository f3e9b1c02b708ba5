"""From signals to the stance index: balances with their intervals."""
