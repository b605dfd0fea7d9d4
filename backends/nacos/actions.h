// What goes into and comes out of the state machine of one namespace. No I/O here, no clock.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "backends/nacos/messages.h"
#include "backends/registry/service_state.h"
#include "config/config.h"
#include "dns/base/clock.h"
#include "dns/base/log.h"

namespace signpost::nacos {

using Server = config::NacosRegistry::Server;
using RequestId = std::uint64_t;

namespace event {
struct Start {};
/// The connection asked for by Connect is up.
struct Connected {};
/// It could not be made, or is gone, or its stream ended; `why` is one line.
struct Disconnected {
  std::string why;
};
/// The answer to a unary request: the octets of a Payload. Unknown ids (timed out before) are ignored.
struct Reply {
  RequestId id = 0;
  std::string octets;
};
/// A unary request ended without an answer.
struct RequestFailed {
  RequestId id = 0;
  std::string why;
};
/// A message of the stream.
struct Received {
  std::string octets;
};
/// A login gave this token, or there will be none for now (empty, after a refusal).
struct Token {
  std::string token;
};
/// The answer to a Fetch. `status` 0: none came, and `why` is one line without the query. Unknown ids are
/// ignored.
struct Fetched {
  RequestId id = 0;
  int status = 0;
  std::string body;
  std::string why;
};
/// The address server names these members of the cluster now; never none.
struct Servers {
  std::vector<Server> servers;
};
/// A datagram that nobody vouches for says that this service changed (HTTP v1, A15).
struct Hinted {
  ServiceName service;
};
/// Somebody doubts the last list: all groups are to be listed again, now.
struct ListAgain {};
/// Somebody asked for this service, which no list may name: subscribe to it, and say what came of it.
struct Want {
  ServiceName service;
};
/// Nobody has asked for it any more for long.
struct Unwant {
  ServiceName service;
};
/// The deadline has come.
struct Tick {};
}  // namespace event
using Event = std::variant<event::Start, event::Connected, event::Disconnected, event::Reply,
                           event::RequestFailed, event::Received, event::Token, event::Fetched, event::Hinted,
                           event::Servers, event::ListAgain, event::Want, event::Unwant, event::Tick>;

namespace action {
/// Drop what there is and make a new connection to this server.
struct Connect {
  Server server;
};
/// Drop the connection. Nothing of it is reported from here on.
struct Disconnect {
  bool failed = true;  // false: the server is well, and sends us away
};
struct OpenStream {};
/// A unary request on this connection; to be given up after `timeout` at the latest.
struct Request {
  RequestId id = 0;
  std::string octets;
  Duration timeout{};
};
/// A message on the stream, in this order with the others.
struct Send {
  std::string octets;
};
/// A GET over HTTP, to be given up after `timeout` at the latest.
struct Fetch {
  RequestId id = 0;
  Server server;
  std::string target;  // path and query; never with the token
  std::string token;   // empty: none
  bool token_in_query = false;
  Duration timeout{};
  bool wants_pushes = false;  // a datagram, please, when the service of this list changes (4.3)
  bool beside = false;        // it is of no connection: Connect and Disconnect leave it alone
};
/// A server refused this token: one new login, please.
struct RenewToken {
  std::string refused;
};
struct Upsert {
  ServiceState state;
};
struct Erase {
  ServiceKey key;
  bool by_list = false;   // a list no longer names it; otherwise the server said that it was deleted
  bool unwanted = false;  // the server said nothing: we do not follow it any more
};
/// For the registry as a whole: see Session.
enum class Milestone : std::uint8_t {
  Listed,       // every service of the namespace has been named; sent once
  Ready,        // and re-read on this connection; sent once a connection
  Alive,        // the server has just proved that it lives
  ListedAgain,  // every group has been listed since the last ListAgain
};
struct Reached {
  Milestone milestone;
};
/// The connection was lost, or the first could not be made; once until the next Ready. Or a server sends us
/// to another one.
struct Lost {
  std::string why;
};
/// The server's first word since event::Want; an Upsert comes before it if the service is there.
struct Wanted {
  ServiceName service;
  bool there = false;
};
/// A line for the log.
struct Note {
  log::Level level = log::Level::Info;
  std::string_view event;  // a literal
  std::string text;
};
}  // namespace action
using Action = std::variant<action::Connect, action::Disconnect, action::OpenStream, action::Request,
                            action::Send, action::Fetch, action::RenewToken, action::Upsert, action::Erase,
                            action::Reached, action::Lost, action::Wanted, action::Note>;
using Actions = std::vector<Action>;

}  // namespace signpost::nacos
