#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file_ops.hpp"
#include "db/group_commit_writer.hpp"
#include "store/names_index.hpp"

namespace ecrelay::store {

/// `index.db`: the names on disk, written behind by group commit. It may be lost: what it knew is
/// then asked of the registries again. Thread-safe.
class NamesFile {
 public:
  struct TagRow {
    RepositoryName repository;
    std::string tag;
    TagRecord record;
  };
  struct ContentRow {
    RepositoryName repository;
    base::Digest digest;
    Content content;
  };
  struct Rows {
    std::vector<TagRow> tags;
    std::vector<ContentRow> contents;
  };

  /// Reads all rows; a corrupt file, or one of another version, is set aside and begun anew. Null
  /// where the file cannot be used at all (logged).
  static std::unique_ptr<NamesFile> open(const base::Path& path, Rows& rows);

  void put_tag(TagRow row);
  void put_content(ContentRow row);

 private:
  explicit NamesFile(db::Db db, db::GroupCommitWriter::Open reopen);
  db::GroupCommitWriter writer_;
};

}  // namespace ecrelay::store
