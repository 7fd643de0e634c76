"""The documents of an edition: PDF, CSV with its CSVW metadata, XLSX and JSON.

Every document is written from the same verified results of an edition and is the same bytes each time: a download can
be hashed, archived and compared. Nothing here computes a figure; it lays out what the edition says.
"""
