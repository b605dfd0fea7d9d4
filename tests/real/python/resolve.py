"""glibc's resolver as a client: names on standard input, one a line; for each the first address of getaddrinfo."""
import socket
import sys

for line in sys.stdin:
    print(socket.getaddrinfo(line.strip(), 8080, type=socket.SOCK_STREAM)[0][4][0])
