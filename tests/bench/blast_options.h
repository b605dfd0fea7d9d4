// What dnsblast is told on its command line.
#pragma once

#include <optional>
#include <string>

#include "dns/base/ip_address.h"

namespace signpost::bench {

struct BlastOptions {
  SocketAddress server;
  std::optional<IpAddress> source;  // of the first socket; each next one is `step` addresses further
  std::string questions, suffix = "test.";
  unsigned names = 10000, sockets = 32, step = 1, window = 64;
  double seconds = 5, rate = 0;
  double skip = 0;  // seconds at the start whose latencies do not count
  bool echo = false, gso = true;
};

/// Ends the program, with the usage, on anything else.
BlastOptions read_blast_options(int count, char** arguments);

}  // namespace signpost::bench
