// A relay in front of a server, with TLS towards the client where a test wants it: what a network and a load
// balancer do to octets. On the executor of the test, loopback, a port of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

namespace signpost::tests {

struct Identity;

class Gate {
 public:
  Gate(boost::asio::any_io_executor executor, std::uint16_t server);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// From the next connection on: TLS as this identity; with `clients` (PEM) they must show a certificate
  /// that it has signed.
  void speak_tls(const Identity& identity, const std::string& clients = "");
  std::string url() const;  // http:// or, once it speaks TLS, https://
  /// Resets every connection; new ones are welcome.
  void reset();

  std::size_t connections() const noexcept;         // accepted since the start
  const std::vector<std::string>& clients() const;  // subjects of their certificates, "CN=one"
  std::size_t handshakes_failed() const noexcept;

  // Towards the client; looked at for every piece.
  void swallow(bool all);          // keep connections open and deliver nothing (K7)
  void piece(std::size_t octets);  // so many at a time; 0: as they come
  /// Each new connection ends after so many octets, without a word.
  void cut_after(std::size_t octets);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace signpost::tests
