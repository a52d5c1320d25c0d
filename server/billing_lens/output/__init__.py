"""What leaves the program: text and JSON, with every secret and private detail taken out."""
