set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# Not in the cache: project() has put an empty text there for a build type that it does not know.
set(CMAKE_CXX_FLAGS_DEV "-O0 -g1")

# Every target links this one: warnings, hardening, sanitizers.
add_library(ecrelay_compiler INTERFACE)
target_compile_options(ecrelay_compiler INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${ECRELAY_WERROR}>:-Werror>)
# Designated initialisers leave members at their defaults on purpose; that is what they are for.
target_compile_options(ecrelay_compiler INTERFACE -Wno-missing-field-initializers)
target_compile_definitions(ecrelay_compiler INTERFACE _GLIBCXX_ASSERTIONS)
target_compile_options(ecrelay_compiler INTERFACE
  $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2 -fstack-protector-strong>)
target_link_options(ecrelay_compiler INTERFACE $<$<CONFIG:Release>:-Wl,-z,relro,-z,now>)

if(ECRELAY_SANITIZE)
  target_compile_options(ecrelay_compiler INTERFACE
    -fsanitize=${ECRELAY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  target_link_options(ecrelay_compiler INTERFACE -fsanitize=${ECRELAY_SANITIZE})
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
