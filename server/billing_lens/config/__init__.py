"""What each config file is, where it lives on each platform, and what it says.

Pure: nothing here touches the disk or the environment.
"""
