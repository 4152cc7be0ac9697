"""Sign-in for every other system: an OpenID Connect provider for the systems of agencies."""
