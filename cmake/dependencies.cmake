find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 3.37 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(spdlog REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS filesystem)

# The distributions build cpp-httplib as a shared library and describe it in a .pc file alone. Its
# flags change the layout of its classes, so they are taken as they are.
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)

if(ECRELAY_TESTS)
  find_package(GTest REQUIRED)
  find_package(ZLIB REQUIRED)
  include(GoogleTest)
endif()

# What cpp-httplib does to header values differs between versions: asked of the library itself, by a
# program that is run once.
if(NOT "${ECRELAY_HTTPLIB_PROBED}" STREQUAL "${HTTPLIB_VERSION}")
  try_run(probe_exit probe_compiled
    ${CMAKE_BINARY_DIR}/probes ${CMAKE_CURRENT_LIST_DIR}/probes/header_decoding.cpp
    LINK_LIBRARIES PkgConfig::HTTPLIB OpenSSL::SSL Threads::Threads
    CXX_STANDARD 20 COMPILE_OUTPUT_VARIABLE probe_output)
  if(NOT probe_compiled OR probe_exit GREATER 1)
    message(FATAL_ERROR "cpp-httplib: the probe of its header decoding failed: ${probe_output}")
  endif()
  if(probe_exit EQUAL 0)
    set(decodes 1)
  else()
    set(decodes 0)
  endif()
  set(ECRELAY_HTTPLIB_DECODES_HEADERS ${decodes} CACHE INTERNAL "cpp-httplib decodes header values")
  set(ECRELAY_HTTPLIB_PROBED "${HTTPLIB_VERSION}" CACHE INTERNAL "of which version that was asked")
endif()
