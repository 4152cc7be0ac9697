"""What a window does for people who stand before it: asked for, agreed to by a colleague, undone, disputed."""
