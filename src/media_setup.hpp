// From what the operator wrote to what the shards take.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "control/configuration.hpp"
#include "pipeline/media_configuration.hpp"

namespace kaskado {

// What the endpoints can do, for the check of what the operator wrote.
control::KnownCodecs known_codecs();

// Also loads or makes the certificates. The error names the file or key that is wrong.
base::Result<std::shared_ptr<const pipeline::MediaConfiguration>> set_up_media(const control::Configuration& configuration);

}  // namespace kaskado
