// Why a socket could not be had, and what would be right: the same words wherever something is to listen.
#pragma once

#include <cstdint>
#include <string>

namespace signpost {

/// The reason and the remedy after socket(2), bind(2) or listen(2) failed with `error_number`, as the end of
/// a sentence: "Permission denied; ports below 1024 need one of: the capability CAP_NET_BIND_SERVICE ...".
/// `port`: that was asked for, 0 for any or none.
std::string socket_trouble(int error_number, std::uint16_t port);

}  // namespace signpost
