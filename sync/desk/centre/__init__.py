"""Pages where the centre sets how the desk works: settings, scripts, notices."""
