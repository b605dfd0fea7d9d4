"""activator.py NAME:TYPE:ADDRESS... -- COMMAND...: opens the sockets, and becomes COMMAND with them (sd_listen_fds(3)).

TYPE is udp or tcp; port 0 is one that is free for both, the same for all of one address that say 0."""
import os
import socket
import sys

KINDS = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}


def free_port(host):
    while True:
        with socket.socket(socket.AF_INET, KINDS["udp"]) as udp, socket.socket(socket.AF_INET, KINDS["tcp"]) as tcp:
            udp.bind((host, 0))
            try:
                tcp.bind(udp.getsockname())
            except OSError:
                continue
            return udp.getsockname()[1]


def main():
    at = sys.argv.index("--")
    ports, names, sockets = {}, [], []
    for word in sys.argv[1:at]:
        name, kind, host, port = word.split(":")
        number = int(port) or ports.setdefault(host, free_port(host))
        made = socket.socket(socket.AF_INET, KINDS[kind])
        made.bind((host, number))
        if kind == "tcp":
            made.listen()
        names.append(name)
        sockets.append(os.dup2(made.fileno(), 100 + len(sockets)))
    for i, descriptor in enumerate(sockets):
        os.dup2(descriptor, 3 + i)
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(sockets)), LISTEN_FDNAMES=":".join(names))
    os.execv(sys.argv[at + 1], sys.argv[at + 1 :])


main()
