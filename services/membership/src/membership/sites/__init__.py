"""The sites of a territory: imported from the third-place file, or opened by hand."""
