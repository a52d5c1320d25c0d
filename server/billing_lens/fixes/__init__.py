"""Fixes as data: what would change, what it would do to the route, and doing it for real."""
