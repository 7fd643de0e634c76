"""Where analytic SQL runs: DuckDB by default, the application's own database, Spark beyond one machine.

One small interface: read facts as a profile at (T, K), keep and read Parquet snapshots, aggregate cubes, write in bulk.
"""
