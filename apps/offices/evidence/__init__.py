"""What evidence of a function consists of: one table of fields per function, and how an answer is read."""
