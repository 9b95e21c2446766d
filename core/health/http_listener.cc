// SPDX-License-Identifier: Apache-2.0
#include "health/http_listener.h"

#include <dlfcn.h>

#include <utility>

namespace weir {

std::unique_ptr<HttpListener> listen(const std::string& address, HttpListener::Page page,
                                     std::string& problem) {
  // Found by the run path of the program; it stays loaded.
  constexpr char kLibrary[] = "weir_http_server.so";
  constexpr char kEntry[] = "weir_http_server";
  using Entry = HttpListener* (*)(const std::string&, HttpListener::Page, std::string&);
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  void* const entry = library == nullptr ? nullptr : ::dlsym(library, kEntry);
  if (entry != nullptr)
    return std::unique_ptr<HttpListener>(reinterpret_cast<Entry>(entry)(address, std::move(page), problem));
  const char* const error = ::dlerror();
  problem = std::string("the HTTP server cannot be loaded: ") + (error == nullptr ? kLibrary : error);
  return nullptr;
}

}  // namespace weir
