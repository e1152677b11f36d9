"""What is known of Chinese characters: readings, simplified forms, and which look alike; SOURCE.md says whence."""
