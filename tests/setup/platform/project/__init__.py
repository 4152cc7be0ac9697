"""Commands, web and worker of the stand-in."""
