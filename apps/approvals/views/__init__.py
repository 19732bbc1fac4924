"""The pages of the review: thin hands that parse, call one service or question, and answer."""
