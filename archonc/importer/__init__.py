"""Import of published JSON configurations: from JSON with places to a program that compiles."""

from archonc.importer.import_config import Imported, import_file, import_source

__all__ = ["Imported", "import_file", "import_source"]
