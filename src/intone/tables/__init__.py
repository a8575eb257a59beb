"""Tables that people have, with a row for each recording: CSV of any program and country, Parquet, JSON lines.

    reading     a file -> its columns and rows, whatever wrote it
    encoding    the encoding of a text file, and its lines
    separated   rows of text: which sign separates the cells
    typed       Parquet and JSON, whose cells have types
    columns     words for columns -> what they hold
    recordings  a cell that names a recording -> its path or address
    cells       texts in a CSV table, none of which is a formula
"""

from intone.tables.reading import SUFFIXES, Table, is_table, read

__all__ = ["SUFFIXES", "Table", "is_table", "read"]
