"""What is made from the source: kept beside it, or made for a release."""
