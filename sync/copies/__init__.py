"""What leaves a hub as a file: backups and exports."""
