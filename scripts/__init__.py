"""What is made from the source when a release is made."""
