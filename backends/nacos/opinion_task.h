// The thin shell of opinion.h: picks the server to ask, and carries out what the machine asks for.
#pragma once

#include <functional>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "backends/nacos/line.h"
#include "backends/nacos/opinion.h"

namespace signpost::nacos {

/// One namespace. Everything on the strand.
class OpinionTask {
 public:
  using Done = std::function<void(SecondOpinion)>;
  /// Whose answers are in doubt, at this moment.
  struct Followed {
    Server server;  // no host: none yet
    std::optional<SocketAddress> address;
  };

  /// `parts` and `seen` outlive it.
  OpinionTask(std::string space, const LineParts& parts, ServersSeen& seen,
              std::function<Followed()> followed);

  /// Ends the question that is under way, if one is, and asks another server.
  void ask(OpinionQuestion question, std::string token, Done done);
  /// Ends without a word.
  void stop();

 private:
  void step(Event what);
  void carry_out(Actions actions);
  void arm();
  bool is_followed() const;
  void finish();
  Monotonic now() const { return parts_.clock->now(); }

  const LineParts& parts_;
  ServersSeen& seen_;
  std::function<Followed()> followed_;
  Opinion opinion_;
  Line line_;
  boost::asio::steady_timer timer_;
  Done done_;
  std::size_t turn_ = 0;
};

}  // namespace signpost::nacos
