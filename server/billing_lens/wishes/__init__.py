"""What a person or a team wants of a review: own settings files, and which wish comes first."""
