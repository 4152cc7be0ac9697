"""Says which of seven main categories a message belongs to. Pure: needs no database and no training library."""
