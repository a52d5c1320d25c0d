"""The snapshot everything is decided on: config files, environment, version, start arguments.

The only layer that reads the disk, the environment and the keychain.
"""
