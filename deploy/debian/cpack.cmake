# The package, for cpack -G DEB; deploy/package calls it with SIGNPOST_ROOT (a staged root), SIGNPOST_VERSION (of Debian's
# changelog), SIGNPOST_ARCHITECTURE and SIGNPOST_INTO.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME signpost)
set(CPACK_PACKAGE_VERSION ${SIGNPOST_VERSION})
set(CPACK_PACKAGE_FILE_NAME signpost)
set(CPACK_TOPLEVEL_TAG Linux)
set(CPACK_PACKAGE_DIRECTORY ${SIGNPOST_INTO})
set(CPACK_INSTALLED_DIRECTORIES "${SIGNPOST_ROOT};/")
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_SET_DESTDIR OFF)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE ${SIGNPOST_ARCHITECTURE})
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "Signpost authors <signpost@signpost.dns>")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_COMPRESSION_TYPE gzip)
# Libraries come from the program itself. The user is made by systemd-sysusers, which some machines have without systemd.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers | systemd-sysusers")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bind9-dnsutils, bash-completion, logrotate")
set(CPACK_PACKAGE_DESCRIPTION "DNS server for what service registries hold")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "DNS server for what service registries hold
Signpost watches service registries (Kubernetes, Nacos, files of services) and
answers DNS for what they hold, so that a program finds a service with nothing
but getaddrinfo: A, AAAA, SRV, TXT and PTR records, weighted by what the
registries say, from authoritative zones. It also serves static zones, puts one
name over several registries, and goes on answering while a registry is away.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_CURRENT_LIST_DIR}/postinst ${CMAKE_CURRENT_LIST_DIR}/prerm ${CMAKE_CURRENT_LIST_DIR}/postrm
    ${SIGNPOST_CONFFILES})
