"""The sample sheets: hand-checked tables after real forms, set on one page each."""
