"""PassKit's REST gateway: event tickets, coupons, members, SmartPass links.

Routes and keys follow the vendor's published message definitions (proto3 JSON: camelCase, RFC 3339 times, enum names).
"""
