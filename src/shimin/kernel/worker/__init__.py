"""The worker process: its loops, periodic jobs and housekeeping."""
