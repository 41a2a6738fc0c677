from .differences import paired_difference
from .files import open_dataset, save_dataset, save_table
from .loading import load
from .schema import check_schema

__all__ = ["check_schema", "load", "open_dataset", "paired_difference", "save_dataset", "save_table"]
