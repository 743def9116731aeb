"""Where checks run: a seam, its implementations, and a simulated twin."""
