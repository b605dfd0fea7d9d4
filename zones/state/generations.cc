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
    : files_(files), names_{registry + ".a", registry + ".b"}, aside_(registry + ".new") {}

Loaded Generations::load(const Source& source, const std::function<Result<void>(const Image&)>& accepts) {
  Loaded loaded;
  const auto refuse = [&](const std::string& name, const std::string& why) {
    loaded.refused.push_back(name + ": " + why);
  };
  struct Found {
    std::string name, octets;
    std::uint64_t generation;
  };
  std::vector<Found> found;
  for (const auto& name : names_) {
    bool missing = false;
    auto octets = files_.read(name, missing);
    if (missing) continue;
    const auto meta = octets ? read_meta(*octets) : octets.error();
    if (!meta) {
      refuse(name, meta.error().message);
    } else if (!same_source(source, meta->source)) {
      refuse(name, difference(source, meta->source));
    } else {
      found.push_back({name, std::move(*octets), meta->generation});
    }
  }
  std::sort(found.begin(), found.end(),
            [](const Found& one, const Found& other) { return one.generation > other.generation; });
  for (auto& [name, octets, generation] : found) {
    auto image = read_image(octets);
    octets = std::string();
    const auto good = image ? accepts(*image) : image.error();
    if (!good) {
      refuse(name, good.error().message);
      continue;
    }
    loaded.image = std::move(*image);
    loaded.file = name;
    break;
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

Result<std::uint64_t> Generations::write(Meta meta, const Records& records) {
  if (!pair_ || pair_->source != meta.source)
    pair_ = Pair{meta.source, {look(names_[0], meta.source), look(names_[1], meta.source)}};
  auto& [a, b] = pair_->known;
  const auto rank = [](const Known& known) { return std::pair(known.worth, known.generation); };
  const bool second = rank(b) < rank(a);
  meta.generation = std::max(a.generation, b.generation) + 1;
  meta.services = records.count();
  auto written = write_to(names_[second ? 1 : 0], meta, records);
  if (written) {
    (second ? b : a) = {2, meta.generation};
  } else {
    files_.remove(aside_);
    pair_.reset();  // who knows
  }
  return written;
}

Result<std::uint64_t> Generations::write_to(const std::string& name, const Meta& meta,
                                            const Records& records) {
  auto file = files_.create(aside_);
  if (!file) return file.error();
  Result<void> trouble;
  std::uint64_t size = 0;
  Writer writer(meta, [&](std::string_view octets) {
    if (trouble) trouble = (*file)->write(octets);
    size += octets.size();
  });
  writer.add(records);
  writer.finish();
  if (trouble) trouble = (*file)->sync();
  if (trouble) trouble = (*file)->close();
  if (trouble) trouble = files_.rename(aside_, name);
  if (trouble) trouble = files_.sync_directory();
  if (!trouble) return trouble.error();
  return size;
}

}  // namespace signpost::state
