#include "tests/support/dns/allocations.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::uint64_t> count{0};

void* allocate(std::size_t size, std::size_t alignment) {
  count.fetch_add(1, std::memory_order_relaxed);
  void* octets = alignment <= alignof(std::max_align_t)
                     ? std::malloc(size == 0 ? 1 : size)
                     : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (octets == nullptr) throw std::bad_alloc();
  return octets;
}

}  // namespace

std::uint64_t signpost::test::allocation_count() noexcept { return count.load(std::memory_order_relaxed); }

void* operator new(std::size_t size) { return allocate(size, 1); }
void* operator new[](std::size_t size) { return allocate(size, 1); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* octets) noexcept { std::free(octets); }
void operator delete[](void* octets) noexcept { std::free(octets); }
void operator delete(void* octets, std::size_t) noexcept { std::free(octets); }
void operator delete[](void* octets, std::size_t) noexcept { std::free(octets); }
void operator delete(void* octets, std::align_val_t) noexcept { std::free(octets); }
void operator delete[](void* octets, std::align_val_t) noexcept { std::free(octets); }
void operator delete(void* octets, std::size_t, std::align_val_t) noexcept { std::free(octets); }
void operator delete[](void* octets, std::size_t, std::align_val_t) noexcept { std::free(octets); }
