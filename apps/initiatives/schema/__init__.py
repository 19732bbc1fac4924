"""The forms of a business case, each a table that is kept for ever: stored versions are drawn by their
own."""
