"""Where analytic SQL runs: the application's own database, and DuckDB over Parquet.

One small interface: read facts as a profile at (T, K), keep and read Parquet snapshots, write in bulk.
"""
