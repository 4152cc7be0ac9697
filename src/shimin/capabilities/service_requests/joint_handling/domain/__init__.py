"""Rules of joint handling: pure."""
