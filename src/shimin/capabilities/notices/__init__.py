"""Messages to people: templates, one state per recipient, the inbox, texts to phones."""
