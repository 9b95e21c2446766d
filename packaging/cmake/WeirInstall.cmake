# The installed package: `find_package(weir)` gives weir::sdk and weir_add_plugin().
include(CMakePackageConfigHelpers)

install(DIRECTORY core/include/weir DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} PATTERN fail_point.h EXCLUDE)
install(TARGETS weir_sdk weir_json EXPORT weir-targets)
install(EXPORT weir-targets NAMESPACE weir:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/weir)
configure_package_config_file(packaging/cmake/weir-config.cmake.in weir-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/weir)
write_basic_package_version_file(weir-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/weir-config.cmake ${PROJECT_BINARY_DIR}/weir-config-version.cmake
  packaging/cmake/WeirPlugin.cmake packaging/cmake/weir_plugin.map
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/weir)

# systemd looks here below /usr and /usr/local.
install(FILES packaging/systemd/etl-run@.service DESTINATION lib/systemd/system)
