"""The demonstration portfolio: made-up people, offices that exist, initiatives written for the product.

`people.toml`, `instruments.toml`, `words.toml` and `cases/*.toml` are the data; `stories.py` reads them,
`play.py` lives them through by the services of the portal, with the clock set (ADR 0050).
"""
