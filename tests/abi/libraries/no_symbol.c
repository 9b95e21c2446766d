// SPDX-License-Identifier: Apache-2.0

__attribute__((visibility("default"))) int another_library(void);

int another_library(void) {
  return 0;
}
