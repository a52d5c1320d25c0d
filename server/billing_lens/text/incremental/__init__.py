"""Judging an edited text by the value around the edit."""
