"""Labels of an archive of recordings or pictures, on every core of one machine or of a Dask cluster."""
