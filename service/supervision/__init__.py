"""Running Có Dấu on one machine: the embedded server, its processes, and who owns a data folder."""
