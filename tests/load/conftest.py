import sys

# The generator works by means of Linux: /proc, epoll, processor affinity.
collect_ignore_glob = [] if sys.platform == "linux" else ["test_*.py"]
