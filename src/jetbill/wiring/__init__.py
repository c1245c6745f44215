"""Connects: settings, which stages are installed, which function runs which job, schedules."""
