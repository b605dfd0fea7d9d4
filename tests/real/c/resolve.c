// A resolver of the C library as a client: names on standard input, one a line; for each the first address of getaddrinfo,
// or what is wrong. Built with musl by tests/peers/musl.
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void print_first(const char* name) {
  struct addrinfo wanted = {.ai_socktype = SOCK_STREAM}, *found = NULL;
  const int status = getaddrinfo(name, "8080", &wanted, &found);
  if (status != 0) {
    puts(gai_strerror(status));
    return;
  }
  char text[INET6_ADDRSTRLEN];
  const void* address = found->ai_family == AF_INET ? (const void*)&((struct sockaddr_in*)found->ai_addr)->sin_addr
                                                    : (const void*)&((struct sockaddr_in6*)found->ai_addr)->sin6_addr;
  puts(inet_ntop(found->ai_family, address, text, sizeof text));
  freeaddrinfo(found);
}

int main(void) {
  char line[512];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = '\0';
    print_first(line);
  }
  return 0;
}
