// What this binary calls itself.
#pragma once

namespace signpost {

inline constexpr const char* kVersion = SIGNPOST_VERSION;  // from CMakeLists.txt
#if defined(__clang__)
inline constexpr const char* kCompiler = "clang " __clang_version__;
#else
inline constexpr const char* kCompiler = "gcc " __VERSION__;
#endif

}  // namespace signpost
