// A client that sends exactly the octets it is told to and shows exactly what came back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dns/base/ip_address.h"

namespace signpost::admin {

/// One connection; reads give up after 10 s, which no right answer needs.
class RawHttp {
 public:
  static RawHttp tcp(std::string_view address);
  static RawHttp unix_socket(const std::string& path);
  RawHttp(RawHttp&& other) noexcept;
  ~RawHttp();

  bool connected() const noexcept { return descriptor_ >= 0; }
  void send(std::string_view octets);
  /// One response, with its header, by Content-Length; what was read so far when the connection ends.
  std::string response(bool head_only = false);
  /// One response in chunks, to its last one.
  std::string chunked_response();
  /// All that comes until the other side closes.
  std::string until_closed();
  /// True when the other side has closed or closes now.
  bool closed();
  void send_get(std::string_view path) {
    send("GET " + std::string(path) + " HTTP/1.1\r\nHost: signpost\r\n\r\n");
  }

 private:
  explicit RawHttp(int descriptor) : descriptor_(descriptor) {}
  bool fill();
  int descriptor_;
  std::string buffer_;
};

/// Status code of a response; 0 when it is none.
int status_of(std::string_view response);
std::string body_of(std::string_view response);

/// A directory of its own that goes away with it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace signpost::admin
