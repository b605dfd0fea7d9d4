#include "tests/bench/blast_options.h"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>

namespace signpost::bench {

namespace {

[[noreturn]] void usage() {
  std::fprintf(stderr,
               "usage: dnsblast --server ADDRESS:PORT [--source ADDRESS] [--step N] [--questions FILE]\n"
               "                [--names N] [--suffix ZONE] [--seconds S] [--sockets N] [--window N]\n"
               "                [--rate QPS] [--skip S] [--echo] [--no-gso]\n");
  std::exit(2);
}

template <class Parsed>
auto checked(const Parsed& parsed) {
  if (!parsed) usage();
  return *parsed;
}

}  // namespace

BlastOptions read_blast_options(int count, char** arguments) {
  BlastOptions options;
  const auto number = [](unsigned& target) {
    return [&target](const std::string& text) { target = static_cast<unsigned>(std::stoul(text)); };
  };
  const auto real = [](double& target) {
    return [&target](const std::string& text) { target = std::stod(text); };
  };
  const std::map<std::string, std::function<void(const std::string&)>> with_value = {
      {"--server", [&](const auto& text) { options.server = checked(SocketAddress::parse(text)); }},
      {"--source", [&](const auto& text) { options.source = checked(IpAddress::parse(text)); }},
      {"--questions", [&](const auto& text) { options.questions = text; }},
      {"--suffix", [&](const auto& text) { options.suffix = text; }},
      {"--names", number(options.names)},
      {"--sockets", number(options.sockets)},
      {"--step", number(options.step)},
      {"--window", number(options.window)},
      {"--seconds", real(options.seconds)},
      {"--rate", real(options.rate)},
      {"--skip", real(options.skip)},
  };
  for (int i = 1; i < count; ++i) {
    const std::string key = arguments[i];
    const auto known = with_value.find(key);
    if (key == "--echo") {
      options.echo = true;
    } else if (key == "--no-gso") {
      options.gso = false;
    } else if (known != with_value.end() && i + 1 < count) {
      known->second(arguments[++i]);
    } else {
      usage();
    }
  }
  if (options.server.port == 0 || options.sockets == 0 || options.window == 0) usage();
  return options;
}

}  // namespace signpost::bench
