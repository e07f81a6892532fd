"""What the Methods page says: each step in words with its equations, the measured accuracy, the data dictionary."""
