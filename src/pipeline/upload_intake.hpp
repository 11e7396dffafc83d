// Where clients send media to by HTTP, as endpoints have it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "container/byte_source.hpp"

namespace kaskado::pipeline {

// One upload on its way. Any thread.
class Upload {
 public:
  virtual ~Upload() = default;
  // To be read by one thread; whoever reads no more interrupts it. Where the upload breaks off it ends with
  // an error.
  virtual std::shared_ptr<container::ByteSource> bytes() const = 0;
  // Whether it ended before its end, or was ended.
  virtual bool has_broken_off() const = 0;

  // What the client is told: that it is media, once all of it has come; or why it is none, at once.
  virtual void accept() = 0;
  virtual void refuse(std::string why) = 0;
};

class UploadIntake {
 public:
  // Called on the intake's thread; does not wait.
  using Begun = std::function<void(std::shared_ptr<Upload>)>;

  virtual ~UploadIntake() = default;
  // An address that takes one upload, and the next only where that fails. Nobody can guess it. The error is a
  // sentence.
  virtual base::Result<std::string> open(Begun begun) = 0;
  // Nothing begins there any more when this returns. A client that is still sending is told.
  virtual void close(const std::string& address) = 0;
};

}  // namespace kaskado::pipeline
