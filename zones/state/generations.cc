#include "zones/state/generations.h"

#include <algorithm>
#include <utility>

#include "zones/state/format.h"

namespace signpost::state {
namespace {

bool same_source(const Source& wanted, const Source& found) {
  auto as_found = wanted;
  if (as_found.identity.empty() || found.identity.empty()) as_found.identity = found.identity;
  return as_found == found;
}

std::string difference(const Source& wanted, const Source& found) {
  if (wanted.registry != found.registry) return "it is of the registry " + found.registry;
  if (wanted.type != found.type) return "it is of a registry of type " + found.type;
  if (wanted.options != found.options)
    return "it was read from elsewhere: the registry's options have changed";
  return "it is of another registry of that name, which calls itself " + found.identity;
}

/// A version that this program does not know is no damage.
bool is_of_another_version(std::string_view octets) {
  Cursor cursor(octets);
  return cursor.take(kHeaderMagic.size()) == kHeaderMagic && cursor.u32() != kFileVersion && cursor.good();
}

}  // namespace

/// A registry's name has letters, digits, `-` and `_` (config/names.h), so it is a file's.
Generations::Generations(Files& files, const std::string& registry)
    : files_(files), a_(registry + ".a"), b_(registry + ".b"), aside_(registry + ".new") {}

Loaded Generations::load(const Source& source,
                         const std::function<bool(std::uint32_t packed_version)>& reads) {
  Loaded loaded;
  for (const auto& name : {a_, b_}) {
    bool missing = false;
    const auto octets = files_.read(name, missing);
    if (missing) continue;
    const auto refuse = [&](const std::string& why) { loaded.refused.push_back(name + ": " + why); };
    if (!octets) {
      refuse(octets.error().message);
      continue;
    }
    auto image = read_image(*octets);
    if (!image) {
      refuse(image.error().message);
    } else if (!same_source(source, image->meta.source)) {
      refuse(difference(source, image->meta.source));
    } else if (!reads(image->meta.packed_version)) {
      refuse("its services are packed as another version of this program does");
    } else if (!loaded.image || loaded.image->meta.generation < image->meta.generation) {
      loaded.image = std::move(*image);
      loaded.file = name;
    }
  }
  return loaded;
}

Generations::Known Generations::look(const std::string& name, const Source& source) {
  bool missing = false;
  const auto octets = files_.read(name, missing);
  if (!octets) return {};
  if (is_of_another_version(*octets)) return {1, 0};
  const auto image = read_image(*octets);
  if (!image || !same_source(source, image->meta.source)) return {};
  return {2, image->meta.generation};
}

Result<void> Generations::write(Meta meta, const std::function<void(Writer&)>& add_services) {
  const auto a = look(a_, meta.source);
  const auto b = look(b_, meta.source);
  const bool first = std::pair(a.worth, a.generation) <= std::pair(b.worth, b.generation);
  meta.generation = std::max(a.generation, b.generation) + 1;
  auto written = write_to(first ? a_ : b_, meta, add_services);
  if (!written) files_.remove(aside_);
  return written;
}

Result<void> Generations::write_to(const std::string& name, const Meta& meta,
                                   const std::function<void(Writer&)>& add_services) {
  auto file = files_.create(aside_);
  if (!file) return file.error();
  Result<void> trouble;
  Writer writer(meta, [&](std::string_view octets) {
    if (trouble) trouble = (*file)->write(octets);
  });
  add_services(writer);
  writer.finish();
  if (trouble) trouble = (*file)->sync();
  if (trouble) trouble = (*file)->close();
  if (trouble) trouble = files_.rename(aside_, name);
  if (trouble) trouble = files_.sync_directory();
  return trouble;
}

}  // namespace signpost::state
