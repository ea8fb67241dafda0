#include "store/names_index.hpp"

#include "store/names_file.hpp"

namespace ecrelay::store {

NamesIndex::NamesIndex() = default;
NamesIndex::~NamesIndex() = default;

NamesIndex::NamesIndex(const base::Path& file, const Held& held) {
  NamesFile::Rows rows;
  file_ = NamesFile::open(file, rows);
  for (const auto& row : rows.contents) {
    if (held(row.digest) || (row.content.parent && held(*row.content.parent))) {
      repositories_[row.repository].contents[row.digest] = row.content;
    }
  }
  for (const auto& row : rows.tags) {
    if (held(row.record.digest)) {
      repositories_[row.repository].tags[row.tag] = row.record;
    }
  }
}

const NamesIndex::Repository* NamesIndex::find_locked(const RepositoryName& repository) const {
  const auto found = repositories_.find(repository);
  return found == repositories_.end() ? nullptr : &found->second;
}

std::optional<TagRecord> NamesIndex::tag(const RepositoryName& repository,
                                         const std::string& tag) const {
  const std::lock_guard lock(mutex_);
  const auto* known = find_locked(repository);
  if (known == nullptr) {
    return std::nullopt;
  }
  const auto found = known->tags.find(tag);
  return found == known->tags.end() ? std::nullopt : std::optional(found->second);
}

void NamesIndex::set_tag(const RepositoryName& repository, const std::string& tag,
                         const TagRecord& record) {
  {
    const std::lock_guard lock(mutex_);
    auto& tags = repositories_[repository].tags;
    const auto known = tags.find(tag);
    if (known != tags.end() && known->second.asked_at > record.asked_at) {
      return;  // an answer that came late, after a later question's
    }
    tags[tag] = record;
  }
  if (file_) {
    file_->put_tag({repository, tag, record});
  }
}

std::optional<Content> NamesIndex::content(const RepositoryName& repository,
                                           const base::Digest& digest) const {
  const std::lock_guard lock(mutex_);
  const auto* known = find_locked(repository);
  if (known == nullptr) {
    return std::nullopt;
  }
  const auto found = known->contents.find(digest);
  return found == known->contents.end() ? std::nullopt : std::optional(found->second);
}

void NamesIndex::allow(const RepositoryName& repository, const base::Digest& digest,
                       const Content& content) {
  auto merged = content;
  {
    const std::lock_guard lock(mutex_);
    auto& known = repositories_[repository].contents[digest];
    // What a manifest said of it is not forgotten for a bare confirmation.
    if (merged.media_type.empty() && !known.media_type.empty()) {
      merged.kind = known.kind;
      merged.media_type = known.media_type;
      merged.size = merged.size > 0 ? merged.size : known.size;
    }
    if (!merged.parent) {
      merged.parent = known.parent;
    }
    known = merged;
  }
  if (file_) {
    file_->put_content({repository, digest, merged});
  }
}

std::optional<std::string> NamesIndex::tag_leading_to(const RepositoryName& repository,
                                                      const base::Digest& digest) const {
  const std::lock_guard lock(mutex_);
  const auto* known = find_locked(repository);
  if (known == nullptr) {
    return std::nullopt;
  }
  auto wanted = digest;
  const auto content = known->contents.find(digest);
  if (content != known->contents.end() && content->second.parent) {
    wanted = *content->second.parent;
  }
  for (const auto& [tag, record] : known->tags) {
    if (record.digest == digest || record.digest == wanted) {
      return tag;
    }
  }
  return std::nullopt;
}

}  // namespace ecrelay::store
