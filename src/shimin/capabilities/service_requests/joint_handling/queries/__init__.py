"""What is read of joint handling."""
