"""What is stored about players, for operators."""
