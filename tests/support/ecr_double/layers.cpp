#include "support/ecr_double/layers.hpp"

#include <zlib.h>

#include <cassert>
#include <cstring>
#include <new>
#include <set>
#include <string_view>
#include <utility>

#include "base/digest.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr std::size_t kBlock = 512;

/// The ustar header block; every number is octal text.
struct TarHeader {
  char name[100];
  char mode[8];
  char uid[8];
  char gid[8];
  char size[12];
  char mtime[12];
  char checksum[8];
  char type;
  char link[100];
  char magic[6];
  char version[2];
  char owner[32];
  char group[32];
  char device_major[8];
  char device_minor[8];
  char prefix[155];
  char padding[12];
};
static_assert(sizeof(TarHeader) == kBlock);

/// As many octal digits as the field has room for before its NUL.
template <std::size_t N>
void put_octal(char (&field)[N], std::uint64_t value) {
  for (std::size_t i = N - 1; i > 0; --i) {
    field[i - 1] = static_cast<char>('0' + value % 8);
    value /= 8;
  }
  field[N - 1] = '\0';
}

std::string_view block_of(const TarHeader& header) {
  return {reinterpret_cast<const char*>(&header), kBlock};
}

void append_entry(std::string& tar, const LayerFile& file) {
  assert(file.path.size() <= sizeof(TarHeader::name));
  const bool folder = file.path.ends_with('/');
  TarHeader header{};
  std::memcpy(header.name, file.path.data(), file.path.size());
  put_octal(header.mode, file.mode);
  put_octal(header.uid, 0);
  put_octal(header.gid, 0);
  put_octal(header.size, file.content.size());
  put_octal(header.mtime, 0);
  header.type = folder ? '5' : '0';
  std::memcpy(header.magic, "ustar", 6);
  std::memcpy(header.version, "00", 2);
  // The checksum is computed with its own field taken as spaces.
  std::memset(header.checksum, ' ', sizeof header.checksum);
  std::uint64_t sum = 0;
  for (const char byte : block_of(header)) {
    sum += static_cast<unsigned char>(byte);
  }
  put_octal(header.checksum, sum);

  tar += block_of(header);
  tar += file.content;
  tar.append((kBlock - file.content.size() % kBlock) % kBlock, '\0');
}

void append_folders_above(std::string& tar, const std::string& path, std::set<std::string>& made) {
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const auto folder = path.substr(0, slash + 1);
    if (made.insert(folder).second) {
      append_entry(tar, {.path = folder, .mode = 0755});
    }
  }
}

std::string gzip(const std::string& bytes, int level) {
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  assert(result == Z_STREAM_END);
  static_cast<void>(result);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

std::string make_tar(const std::vector<LayerFile>& files) {
  std::string tar;
  std::set<std::string> made;
  for (const auto& file : files) {
    append_folders_above(tar, file.path, made);
    if (!file.path.ends_with('/')) {
      append_entry(tar, file);
    }
  }
  tar.append(2 * kBlock, '\0');
  return tar;
}

Layer make_layer(LayerForm form, const std::vector<LayerFile>& files) {
  Layer layer;
  layer.form = form;
  auto tar = make_tar(files);
  layer.diff_id = base::sha256(tar).str();
  if (form == LayerForm::Tar) {
    layer.content = Content(std::move(tar));
  } else {
    layer.content =
        Content(gzip(tar, form == LayerForm::Gzip ? Z_BEST_COMPRESSION : Z_NO_COMPRESSION));
  }
  layer.digest = base::sha256(layer.content.view()).str();
  return layer;
}

std::string random_bytes(std::uint64_t seed, std::size_t size) {
  std::string bytes(size + sizeof(std::uint64_t), '\0');
  std::uint64_t counter = seed * 0x9e3779b97f4a7c15U;
  for (std::size_t i = 0; i < size; i += sizeof counter) {
    // splitmix64: one multiplication chain a word, no state to lose.
    counter += 0x9e3779b97f4a7c15U;
    auto word = counter;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9U;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebU;
    word ^= word >> 31;
    std::memcpy(bytes.data() + i, &word, sizeof word);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace ecrelay::ecr_double
