"""What Claude Code's own session logs say was used, who paid for it, and what it costs by list.

Only `reading` touches the disk. What is kept of a log is in `log_lines`: no prompt, no answer and
no output of a tool has a place there.
"""
