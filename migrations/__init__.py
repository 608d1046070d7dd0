"""The only way in which the schema is made and changed; shipped with the package."""
