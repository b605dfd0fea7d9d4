#include "zones/table/saving.h"

namespace signpost {

void Copying::begin(std::uint16_t registry, state::Content content) {
  active_ = true;
  registry_ = registry;
  ++number_;
  content_ = std::move(content);
  next_ = 0;
}

void Copying::copy(HeldRecord& record) {
  if (std::exchange(record.copied, number_) == number_) return;
  octets_ += record.packed.size();
  content_.records.add(record.key, record.packed);
}

bool Copying::step(ServiceTable& services, std::size_t records, std::size_t octets) {
  octets_ = 0;
  for (; next_ < services.places() && records > 0 && octets_ < octets; ++next_, --records) {
    const auto id = static_cast<ServiceId>(next_);
    auto& record = services[id];
    if (record.registry == registry_ && !services.is_free(id)) copy(record);
  }
  return next_ < services.places();
}

state::Content Copying::take() {
  active_ = false;
  return std::exchange(content_, {});
}

void Copying::drop() {
  active_ = false;
  content_ = {};
}

}  // namespace signpost
