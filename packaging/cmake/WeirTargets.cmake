# Build rules of this repository: one call for each library, program and test.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Flags of all our targets, linked PRIVATE so that none reaches a user of the package.
add_library(weir_flags INTERFACE)
target_compile_options(weir_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow
  $<$<BOOL:${WEIR_WERROR}>:-Werror>)
# The feature macros of Poco's package, for all, so that one precompiled header serves those with and without it.
target_compile_definitions(weir_flags INTERFACE
  _XOPEN_SOURCE=500 _REENTRANT _THREAD_SAFE _FILE_OFFSET_BITS=64 _LARGEFILE64_SOURCE)
if(WEIR_SANITIZE)
  target_compile_options(weir_flags INTERFACE -fsanitize=${WEIR_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(weir_flags INTERFACE -fsanitize=${WEIR_SANITIZE})
endif()
if(WEIR_SANITIZE STREQUAL "thread")
  # ThreadSanitizer does not see Debian's C11 threads, which librdkafka uses: a library before libc takes them over.
  add_library(weir_tsan_c11_threads SHARED ${PROJECT_SOURCE_DIR}/tests/support/tsan_c11_threads.c)
  set_target_properties(weir_tsan_c11_threads PROPERTIES C_VISIBILITY_PRESET default)
  target_compile_options(weir_tsan_c11_threads PRIVATE -fsanitize=thread)
  target_link_options(weir_tsan_c11_threads PRIVATE -fsanitize=thread)
  target_link_libraries(weir_flags INTERFACE weir_tsan_c11_threads)
endif()

# The headers that nearly every file reads, compiled once for libraries and once for tests (whose code is compiled
# for position-independent programs). Only for speed: the tidy preset builds without.
function(weir_define_precompiled_headers)
  set(headers <nlohmann/json.hpp> <chrono> <functional> <map> <memory> <optional> <span> <string> <string_view> <vector>)
  file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cc "int main() { return 0; }\n")
  add_library(weir_pch STATIC ${PROJECT_BINARY_DIR}/precompiled.cc)
  target_link_libraries(weir_pch PRIVATE weir_flags weir_sdk)
  target_precompile_headers(weir_pch PRIVATE ${headers} <weir/plugin.h>)
  target_compile_options(weir_pch PRIVATE "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>")
  if(WEIR_TESTS)
    add_executable(weir_test_pch ${PROJECT_BINARY_DIR}/precompiled.cc)
    target_link_libraries(weir_test_pch PRIVATE weir_flags weir_sdk GTest::gmock)
    target_precompile_headers(weir_test_pch PRIVATE ${headers} <gmock/gmock.h> <gtest/gtest.h> <weir/plugin.h>)
  endif()
endfunction()

# weir_use_precompiled_headers(TARGET FROM)
function(weir_use_precompiled_headers target from)
  if(WEIR_PCH)
    target_precompile_headers(${target} REUSE_FROM ${from})
    # With this, ccache can tell what a precompiled header holds.
    target_compile_options(${target} PRIVATE "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>")
    # GCC 12 warns wrongly of texts put together from std::string when <string> comes precompiled.
    target_compile_options(${target} PRIVATE
      "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread>")
  endif()
endfunction()

# weir_library(NAME SOURCES... [LINK libs...]): a static library of a room.
function(weir_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE weir_flags PUBLIC ${arg_LINK})
  weir_use_precompiled_headers(${name} weir_pch)
endfunction()

# weir_program(NAME SOURCES... [LINK libs...])
function(weir_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE weir_flags ${arg_LINK})
endfunction()

# weir_test(NAME SOURCES... [LINK libs...] [LABELS labels...]): a GoogleTest program; each case is a ctest of its own
# name, run from the build tree. Label `real` marks programs that start Kafka or MariaDB: one ctest for the whole
# program, so that the servers start once.
function(weir_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE weir_flags ${arg_LINK} GTest::gmock weir_test_main)
  set_target_properties(${name} PROPERTIES BUILD_RPATH ${PROJECT_BINARY_DIR}/lib/weir/clients)
  weir_use_precompiled_headers(${name} weir_test_pch)
  target_compile_definitions(${name} PRIVATE
    WEIR_SOURCE_DIR="${PROJECT_SOURCE_DIR}" WEIR_BUILD_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 600
    SKIP_RETURN_CODE 77
    ENVIRONMENT "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/tsan.supp")
  if(TARGET core_tests AND CMAKE_CURRENT_SOURCE_DIR MATCHES "/tests/core/")
    add_dependencies(core_tests ${name})
    set_property(TEST ${name} APPEND PROPERTY LABELS core)
  endif()
  if("real" IN_LIST arg_LABELS)
    set_tests_properties(${name} PROPERTIES PROCESSORS 2)
  endif()
endfunction()
