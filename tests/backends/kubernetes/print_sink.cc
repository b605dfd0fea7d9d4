// Follows a real apiserver and prints what the sink is told, one line a call: for people who debug this room.
// print_sink (--kubeconfig F | --url U [--token-file F] [--ca-file F]) [--seconds N]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "backends/kubernetes/kubernetes_backend.h"
#include "tests/backends/kubernetes/recording_sink.h"

namespace {

class PrintingSink final : public signpost::RegistrySink {
 public:
  void begin_list(signpost::Epoch epoch) override { print("begin " + std::to_string(epoch)); }
  void upsert(signpost::ServiceState state, signpost::Revision revision) override {
    print("upsert@" + std::to_string(revision) + " " + signpost::tests::text_of(state));
  }
  void mention(const signpost::ServiceKey& key) override { print("mention " + key.to_string()); }
  void erase(const signpost::ServiceKey& key, signpost::Revision) override {
    print("erase " + key.to_string());
  }
  void end_list(signpost::Epoch epoch, signpost::Complete complete) override {
    print("end " + std::to_string(epoch) +
          (complete == signpost::Complete::No ? " incomplete" : " complete"));
  }
  void caught_up(signpost::Revision revision) override { print("caught_up " + std::to_string(revision)); }
  void lost_contact(std::string_view why) override { print("lost " + std::string(why)); }

 private:
  static void print(const std::string& line) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    std::printf("%lld %s\n", static_cast<long long>(ms), line.substr(0, 400).c_str());
    std::fflush(stdout);
  }
};

}  // namespace

int main(int count, char** words) {
  std::map<std::string, std::string> options;
  for (int i = 1; i + 1 < count; i += 2) options[words[i]] = words[i + 1];
  signpost::config::KubernetesRegistry registry;
  registry.kubeconfig = options["--kubeconfig"];
  registry.url = options["--url"];
  registry.token_file = options["--token-file"];
  registry.ca_file = options["--ca-file"];
  boost::asio::io_context io;
  auto backend = signpost::kubernetes::make_kubernetes_backend("kube", registry, io.get_executor(),
                                                               signpost::system_clock());
  if (!backend) {
    std::fprintf(stderr, "%s\n", backend.error().message.c_str());
    return 2;
  }
  PrintingSink sink;
  boost::asio::co_spawn(io, (*backend)->follow(sink), boost::asio::detached);
  const auto seconds = options["--seconds"].empty() ? 3600 : std::atoi(options["--seconds"].c_str());
  io.run_for(std::chrono::seconds(seconds));
  for (const auto& one : (*backend)->counts()) {
    std::printf("count %s %s %llu\n", one.name.c_str(), one.reason.c_str(),
                static_cast<unsigned long long>(one.value));
  }
  return 0;
}
