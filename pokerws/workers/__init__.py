"""One machine, many servers: `WORKERS` of them at one port, with the programs that they share.

    supervisor   opens the port; starts the others, and again where one dies; ends them in order
    services     NATS and the embedded PostgreSQL, in a process that outlives the workers
    worker       an ordinary server of a cluster, at sockets that it inherits

Each has a session of its own, so that Ctrl-C reaches the supervisor alone.  None outlives it: all
hold an end of a pipe or of a pair of sockets that closes with it, however it ends.
"""
