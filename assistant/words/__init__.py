"""What the assistant says, in Chinese and in English."""
