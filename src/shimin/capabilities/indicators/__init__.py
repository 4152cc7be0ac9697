"""How well a city serves: the city service index, computed from a methodology that is a folder."""
