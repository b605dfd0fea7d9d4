"""A random cluster, every question that makes sense about it and some that do not, and the differences to CoreDNS that may
stay."""
