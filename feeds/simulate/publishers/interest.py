"""Open interest of the past days as the venues tell it, each in its own units and sides. For the venues' own sites.

Formats: binance-connector-python of 2026-08, bybit-exchange/docs of 2026-07, the OKX API guide of 2026-07.
"""
