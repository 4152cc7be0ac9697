"""The city service index: methodologies, tables of values, scores, weights, robustness. Pure: no database, no clock."""
