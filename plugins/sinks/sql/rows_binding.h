// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "row_table.h"

#include <Poco/Data/AbstractBinder.h>
#include <Poco/Data/AbstractBinding.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weir::sql {

/// Binds the cells of many rows to one prepared statement at once: a Poco::Data binding that stands for all
/// of its parameters, where one object a value would cost more than the rest of the client's work.
class RowsBinding final : public Poco::Data::AbstractBinding {
 public:
  RowsBinding(const std::vector<std::size_t>& cells, std::size_t rows) : cells_(cells), rows_(rows) {}

  /// What the next execution binds: `rows` rows of `table`, whose cells must stay where they are until then.
  void set(const RowTable& table, std::span<const std::uint32_t> order) {
    table_ = &table;
    order_ = order;
  }

  std::size_t numOfColumnsHandled() const override { return rows_ * cells_.size(); }
  std::size_t numOfRowsHandled() const override { return 1; }
  bool canBind() const override { return !bound_; }
  void reset() override { bound_ = false; }

  void bind(std::size_t position) override {
    BinderPtr shared = getBinder();
    Poco::Data::AbstractBinder& binder = *shared;
    for (const std::uint32_t row : order_) {
      const auto cells = table_->row(row);
      for (const std::size_t i : cells_) bind_cell(binder, position++, cells[i]);
    }
    bound_ = true;
  }

 private:
  static void bind_cell(Poco::Data::AbstractBinder& binder, std::size_t position, const Cell& cell) {
    constexpr auto kIn = Poco::Data::AbstractBinder::PD_IN;
    switch (cell.kind) {
      case Cell::Kind::kText:
        return binder.bind(position, cell.text, kIn);
      case Cell::Kind::kInteger:
        return binder.bind(position, cell.integer, kIn);
      case Cell::Kind::kNatural:
        return binder.bind(position, cell.natural, kIn);
      case Cell::Kind::kReal:
        return binder.bind(position, cell.real, kIn);
      case Cell::Kind::kNull:
        return binder.bind(position, Poco::NULL_GENERIC, kIn);
    }
  }

  std::vector<std::size_t> cells_;
  std::size_t rows_;
  const RowTable* table_ = nullptr;
  std::span<const std::uint32_t> order_;
  bool bound_ = false;
};

}  // namespace weir::sql
