"""What a team puts into its CI: the GitHub action and the pre-commit hook, run for real."""
