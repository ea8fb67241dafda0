#include "process/program_path.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/strings.hpp"

namespace ecrelay::process {
namespace {

enum class Candidate { Missing, NotRunnable, Runnable };

Candidate look_at(const std::string& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) {
    return errno == EACCES ? Candidate::NotRunnable : Candidate::Missing;
  }
  const bool runnable = S_ISREG(info.st_mode) && ::access(file.c_str(), X_OK) == 0;
  return runnable ? Candidate::Runnable : Candidate::NotRunnable;
}

base::Error not_runnable(const std::string& file) {
  return {base::ErrorCode::PermissionDenied,
          "'" + base::printable(file) + "' is not a program that may be run; check its mode"};
}

}  // namespace

base::Result<std::string> find_program(std::string_view name, std::string_view path) {
  const std::string as_given(name);
  const auto quoted = "'" + base::printable(name) + "'";
  if (name.find('/') != std::string_view::npos) {
    switch (look_at(as_given)) {
      case Candidate::Runnable:
        return as_given;
      case Candidate::NotRunnable:
        return not_runnable(as_given);
      case Candidate::Missing:
        return base::Error{base::ErrorCode::NotFound, quoted + ": no such file"};
    }
  }
  std::string refused;
  for (const auto& folder : base::split(path, ':')) {
    const auto file = (folder.empty() ? "." : folder) + "/" + as_given;
    const auto candidate = name.empty() ? Candidate::Missing : look_at(file);
    if (candidate == Candidate::Runnable) {
      return file;
    }
    if (candidate == Candidate::NotRunnable && refused.empty()) {
      refused = file;
    }
  }
  if (!refused.empty()) {
    return not_runnable(refused);
  }
  return base::Error{base::ErrorCode::NotFound, quoted + ": no such program in PATH"};
}

}  // namespace ecrelay::process
