// Frame Streams, in which dnstap travels: length and octets, again and again, between a START and a STOP
// frame; over a socket after a handshake (READY, ACCEPT; FINISH at the end).
//
// libfstrm's writer waits without end for a receiver that hangs in its handshake, and so would our end; the
// protocol is five control frames, so they are written here, with a deadline for each.
#pragma once

#include <string>
#include <string_view>

#include "dns/base/result.h"

namespace signpost::tap {

/// The background thread's. A receiver that goes away costs the frames until it is back.
class FrameStream {
 public:
  /// `to`: "unix:/run/dnstap.sock", or the path of a file, which is begun anew.
  FrameStream(std::string to, std::string content_type);
  /// end().
  ~FrameStream();
  FrameStream(const FrameStream&) = delete;
  FrameStream& operator=(const FrameStream&) = delete;

  bool is_open() const noexcept { return out_ >= 0; }
  /// Connects, or creates the file. The error says what went wrong.
  Result<void> open();
  /// Says STOP, and waits for FINISH for a moment.
  void end();
  /// Frames as append_frame() makes them. False: lost, and the stream is closed.
  bool write(std::string_view frames);

 private:
  Result<void> shake_hands();
  bool send(std::string_view octets) noexcept;
  bool receive_control(unsigned type);
  void close() noexcept;

  const std::string to_, content_type_;
  const bool is_socket_;
  int out_ = -1;
};

void append_frame(std::string& out, std::string_view data);

}  // namespace signpost::tap
