"""What is published, built and installed as users install it."""
