"""Pages of joint handling."""
