"""Pages and endpoints of sign-on."""
