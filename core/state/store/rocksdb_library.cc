// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>

#include <stdexcept>
#include <string>

#include "state/store/key_value_store.h"

namespace weir {

std::unique_ptr<StoreEngine> make_rocksdb_engine(std::size_t memory) {
  // Found by the run path of the program; it stays loaded.
  constexpr char kRocksLibrary[] = "weir_rocksdb.so";
  using Entry = StoreEngine* (*)(std::size_t);
  void* const library = ::dlopen(kRocksLibrary, RTLD_NOW | RTLD_LOCAL);
  void* const entry = library == nullptr ? nullptr : ::dlsym(library, "weir_rocksdb_engine");
  if (entry != nullptr) return std::unique_ptr<StoreEngine>(reinterpret_cast<Entry>(entry)(memory));
  const char* const error = ::dlerror();
  throw std::runtime_error(std::string("state: rocksdb: its library cannot be loaded (Debian's package is "
                                       "librocksdb7.8): ") +
                           (error == nullptr ? kRocksLibrary : error));
}

}  // namespace weir
