"""What staff may do: asked by one, agreed to by another; emergencies; looking through what is held."""
