// ldns, which knows the RDATA of every type. It defines `bool` and friends unless <stdbool.h> came first, and
// it is C; so it is included here and nowhere else in the rooms. Off the road of queries: 5 us a record.
#pragma once

#include <stdbool.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
extern "C" {
#include <ldns/ldns.h>
}
#pragma GCC diagnostic pop
