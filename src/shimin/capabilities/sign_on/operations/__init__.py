"""What changes in sign-on."""
