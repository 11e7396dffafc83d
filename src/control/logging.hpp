// Sets the log up from the command line and the environment.
#pragma once

#include <memory>

#include "base/log.hpp"
#include "base/result.hpp"
#include "control/options.hpp"

namespace kaskado::control {

// `kaskado_debug` and `gst_debug` are the environment's KASKADO_DEBUG and GST_DEBUG, nullptr where unset. A
// wrong KASKADO_DEBUG is an error; GST_DEBUG is somebody else's as well, so what it says wrong is only warned
// of. The sink, nullptr where lines go to the error output, is in use and must be kept until
// set_log_sink(nullptr).
base::Result<std::unique_ptr<base::LogSink>> set_up_logging(const Options& options, const char* kaskado_debug,
                                                            const char* gst_debug);

}  // namespace kaskado::control
