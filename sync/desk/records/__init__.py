"""Pages where records are kept up: forms, history, imports, exports, conflicts."""
