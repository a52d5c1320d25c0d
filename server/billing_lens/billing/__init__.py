"""Credentials, their precedence by version and mode, the route and the expectation.

Pure functions of a machine: nothing here touches the disk, the environment or the clock.
"""
