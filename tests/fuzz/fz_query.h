// fz_query: octets to the whole answer path over the zone of TestResponder.
#pragma once

#include <cstddef>
#include <cstdint>

/// Ends the program when an invariant of a reply is broken. The first octet chooses transport and strictness.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size);
