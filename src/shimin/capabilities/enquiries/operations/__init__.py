"""What changes something: look-ups (each leaves its line in the access log), disputes, callbacks."""
