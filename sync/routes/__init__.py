"""The hub over HTTP, for devices and programs; the pages are in `sync.desk`."""
