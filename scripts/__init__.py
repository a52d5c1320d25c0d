"""What people run while they work on the project: to begin a rule, or to make a release."""
