// What dnsblast is told on its command line.
#pragma once

#include <optional>
#include <string>

#include "dns/base/ip_address.h"

namespace signpost::bench {

struct BlastOptions {
  SocketAddress server;
  std::optional<IpAddress> source;  // of the first socket; the next ones have the next addresses
  std::string questions, suffix = "test.";
  unsigned names = 10000, sockets = 32, window = 64;
  double seconds = 5, rate = 0;
  bool echo = false, gso = true;
};

/// Ends the program, with the usage, on anything else.
BlastOptions read_blast_options(int count, char** arguments);

}  // namespace signpost::bench
