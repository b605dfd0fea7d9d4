// A responder without zones: what the DNS rooms cost by themselves.
#pragma once

#include "dns/query/responder.h"
#include "dns/wire/writer.h"

namespace signpost {

/// One address, 192.0.2.1 for 5 s, for every question.
class OneAddress final : public Responder {
 public:
  void begin_batch() noexcept override {}
  void idle() noexcept override {}
  Outcome respond(const QueryContext&, const Query&, Response& response) noexcept override {
    response.set_authoritative(true);
    if (auto* at = response.reserve(16)) {
      at = put_u16(at, kOwnerPointer);
      at = put_u32(put_u32(at, 0x00010001), 5);
      put_u32(put_u16(at, 4), 0xc0000201);
      response.add(Section::Answer, 16, 1);
    }
    return Outcome::Answered;
  }
};

}  // namespace signpost
