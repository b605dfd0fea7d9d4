// The right to bind ports below 1024, taken up where it is there but not in force.
#pragma once

namespace signpost {

/// A capability that an engine adds reaches a program that is not root through the program's file alone
/// (capabilities(7)); and a file that puts it into force by itself (`=ep`) cannot be started where the
/// capability is dropped. So the image's file only permits it (`=p`), and this puts CAP_NET_BIND_SERVICE, and
/// nothing else, into force when the kernel let it through. Without it nothing happens, and a low port is
/// refused later. Before there are threads, which inherit it.
void take_up_low_ports() noexcept;

}  // namespace signpost
