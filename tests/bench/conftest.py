import sys

# A server under load is watched by means of Linux: /proc, epoll, processor affinity.
collect_ignore_glob = [] if sys.platform == "linux" else ["test_live_*.py", "test_peer.py"]
