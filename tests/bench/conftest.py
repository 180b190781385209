import sys

# A server under load is watched by what only Linux has: /proc, epoll, processors to be pinned to.
collect_ignore_glob = [] if sys.platform == "linux" else ["test_live_*.py"]
