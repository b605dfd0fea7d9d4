// The DNS rooms without any zone: every question gets one address. What transport and checks cost by
// themselves.
//
//   bare_server ADDRESS:PORT [WORKERS]
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "dns/transport/server.h"
#include "tests/bench/one_address.h"

namespace signpost {
namespace {

class Factory final : public ResponderFactory {
 public:
  std::unique_ptr<Responder> make_responder(unsigned) override { return std::make_unique<OneAddress>(); }
};

int run(int count, char** arguments) {
  const auto address = count >= 2 ? SocketAddress::parse(arguments[1]) : std::nullopt;
  if (!address) {
    std::fprintf(stderr, "usage: bare_server ADDRESS:PORT [WORKERS]\n");
    return 2;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Factory factory;
  auto server =
      Server::start({*address}, count > 2 ? static_cast<unsigned>(std::atoi(arguments[2])) : 1, {}, factory);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->stop();
  const auto totals = (*server)->counters();
  std::fprintf(stderr, "batches %llu queries %llu\n", static_cast<unsigned long long>(totals.udp_batches),
               static_cast<unsigned long long>(totals.queries[0][0]));
  return 0;
}

}  // namespace
}  // namespace signpost

int main(int count, char** arguments) { return signpost::run(count, arguments); }
