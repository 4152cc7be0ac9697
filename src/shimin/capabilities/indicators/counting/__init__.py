"""From the events of a matrix of accounts to counts by region: one expression, on DuckDB or on Spark."""
