"""What the monitor computes: pure functions of observations, one subject a file."""
