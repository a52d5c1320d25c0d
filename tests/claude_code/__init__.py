"""The real Claude Code as the judge of what Billing Lens says, on made-up machines only."""
