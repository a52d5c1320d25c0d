"""Tests of Billing Lens; importable so that suites share the made-up machines."""
