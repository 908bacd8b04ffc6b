// The add-on's face to Node (Node-API 8). Every array is checked before it is touched: a wrong type or length is a TypeError.
//
//   variant                                            what it was compiled for: 'avx512bf16', 'avx512', 'avx2', 'neon'
//   precisions                                         ['float32'] or ['float32', 'bf16']
//   create(network, precision, threads)                'head' or 'cnn' → a handle
//   infer(handle, frames, weights, out)                frames Float32Array or Uint8Array [n·46800], 0..255
//   forward(handle, frames, weights, factors, out)     factors: an array a dense layer, or null
//   backward(handle, weights, dOut, gradients)         of the last forward pass
//   adam(theta, m, v, gradient, factors)               one update in place; factors: [clip, β₁, β₂, ε, rate, threads]
#include "adam.hpp"
#include "cnn.hpp"
#include "head.hpp"
#include <exception>
#include <map>
#include <node_api.h>
#include <stdexcept>
#include <string>

namespace {
using namespace ncp;

/// What JavaScript gets as a TypeError.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A pool for each JavaScript thread and number of threads: pools are not shared, and threads wait without cost.
struct Instance {
  std::map<int, std::unique_ptr<Pool>> pools;
  Pool& pool(int threads) {
    std::unique_ptr<Pool>& pool = pools[threads];
    if (!pool) pool = std::make_unique<Pool>(threads);
    return *pool;
  }
};

Instance& instance(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *(Instance*)data;
}

/// Arguments of a call.
struct Arguments {
  napi_env env;
  napi_value values[5];
  Arguments(napi_env env_, napi_callback_info info) : env(env_) {
    size_t count = 5;
    napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  }

  std::string text(int n) const {
    char buffer[32];
    size_t length = 0;
    if (napi_get_value_string_utf8(env, values[n], buffer, sizeof buffer, &length) != napi_ok) throw Refused("a string is expected");
    return std::string(buffer, length);
  }

  int integer(int n) const {
    int32_t value = 0;
    if (napi_get_value_int32(env, values[n], &value) != napi_ok) throw Refused("a number is expected");
    return value;
  }

  Network& network(int n) const {
    void* data = nullptr;
    napi_valuetype type;
    if (napi_typeof(env, values[n], &type) != napi_ok || type != napi_external || napi_get_value_external(env, values[n], &data) != napi_ok) {
      throw Refused("a handle of create() is expected");
    }
    return *(Network*)data;
  }

  float* floats(napi_value value, size_t length, const char* what) const {
    napi_typedarray_type type;
    size_t found = 0;
    void* data = nullptr;
    if (napi_get_typedarray_info(env, value, &type, &found, &data, nullptr, nullptr) != napi_ok || type != napi_float32_array) {
      throw Refused(std::string(what) + ": a Float32Array is expected");
    }
    if (found != length) {
      throw Refused(std::string(what) + ": " + std::to_string(length) + " numbers are expected, there are " + std::to_string(found));
    }
    return (float*)data;
  }

  float* floats(int n, size_t length, const char* what) const { return floats(values[n], length, what); }

  /// An array of Float32Arrays of these lengths.
  std::vector<float*> list(int n, const std::vector<size_t>& lengths, const char* what) const {
    bool isArray = false;
    uint32_t count = 0;
    if (napi_is_array(env, values[n], &isArray) != napi_ok || !isArray) throw Refused(std::string(what) + ": an array is expected");
    napi_get_array_length(env, values[n], &count);
    if (count != lengths.size()) {
      throw Refused(std::string(what) + ": " + std::to_string(lengths.size()) + " arrays are expected, there are " + std::to_string(count));
    }
    std::vector<float*> all;
    for (uint32_t i = 0; i < count; i++) {
      napi_value element;
      napi_get_element(env, values[n], i, &element);
      all.push_back(floats(element, lengths[i], (std::string(what) + "[" + std::to_string(i) + "]").c_str()));
    }
    return all;
  }

  Frames frames(int n) const {
    napi_typedarray_type type;
    size_t length = 0;
    void* data = nullptr;
    const bool isArray = napi_get_typedarray_info(env, values[n], &type, &length, &data, nullptr, nullptr) == napi_ok;
    if (!isArray || (type != napi_float32_array && type != napi_uint8_array)) throw Refused("frames: a Float32Array or Uint8Array is expected");
    if (length == 0 || length % FRAME_NUMBERS != 0 || length / FRAME_NUMBERS > 1 << 20) {
      throw Refused("frames: a multiple of " + std::to_string(FRAME_NUMBERS) + " numbers is expected, there are " + std::to_string(length));
    }
    return {data, type == napi_uint8_array, (int)(length / FRAME_NUMBERS)};
  }
};

/// A C++ function as one of JavaScript: what it throws becomes an error there.
template <napi_value (*FUNCTION)(napi_env, const Arguments&)> napi_value guarded(napi_env env, napi_callback_info info) {
  try {
    return FUNCTION(env, Arguments(env, info));
  } catch (const Refused& refused) {
    napi_throw_type_error(env, nullptr, refused.what());
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, nullptr, "there is not enough memory for the activations of so many frames");
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
  }
  return nullptr;
}

template <class Number> std::unique_ptr<Network> make(const std::string& network, Pool& pool) {
  if (network == "head") return std::make_unique<Head<Number>>(pool);
  if (network == "cnn") return std::make_unique<Cnn<Number>>(pool);
  throw Refused("there is no network " + network);
}

napi_value create(napi_env env, const Arguments& given) {
  const int threads = given.integer(2);
  if (threads < 1 || threads > 1024) throw Refused("threads: 1 to 1024");
  Pool& pool = instance(env).pool(threads);
  std::unique_ptr<Network> network;
  const std::string precision = given.text(1);
  if (precision == "float32") network = make<Float32>(given.text(0), pool);
#if defined(__AVX512BF16__)
  else if (precision == "bf16") network = make<BFloat16>(given.text(0), pool);
#endif
  else throw Refused("precision " + precision + " is not computed here");
  napi_value handle;
  napi_create_external(env, network.get(), [](napi_env, void* data, void*) { delete (Network*)data; }, nullptr, &handle);
  network.release();
  return handle;
}

std::vector<size_t> times(std::vector<size_t> sizes, int count) {
  for (size_t& size : sizes) size *= count;
  return sizes;
}

napi_value infer(napi_env, const Arguments& given) {
  Network& network = given.network(0);
  const Frames frames = given.frames(1);
  const std::vector<float*> weights = given.list(2, network.weightSizes(), "weights");
  network.infer(frames, weights.data(), given.floats(3, (size_t)frames.count * network.outputs(), "out"));
  return nullptr;
}

napi_value forward(napi_env env, const Arguments& given) {
  Network& network = given.network(0);
  const Frames frames = given.frames(1);
  const std::vector<float*> weights = given.list(2, network.weightSizes(), "weights");
  napi_valuetype type;
  napi_typeof(env, given.values[3], &type);
  std::vector<float*> factors;
  if (type != napi_null) factors = given.list(3, times(network.factorSizes(), frames.count), "factors");
  float* out = given.floats(4, (size_t)frames.count * network.outputs(), "out");
  network.forward(frames, weights.data(), type == napi_null ? nullptr : factors.data(), out);
  return nullptr;
}

napi_value backward(napi_env, const Arguments& given) {
  Network& network = given.network(0);
  if (network.pending() == 0) throw Refused("there is no forward pass whose gradients these could be");
  const std::vector<float*> weights = given.list(1, network.weightSizes(), "weights");
  const float* dOut = given.floats(2, (size_t)network.pending() * network.outputs(), "dOut");
  const std::vector<float*> gradients = given.list(3, network.weightSizes(), "gradients");
  network.backward(weights.data(), dOut, gradients.data());
  return nullptr;
}

napi_value adam(napi_env env, const Arguments& given) {
  napi_typedarray_type type;
  size_t length = 0;
  if (napi_get_typedarray_info(env, given.values[0], &type, &length, nullptr, nullptr, nullptr) != napi_ok) throw Refused("theta: a Float32Array is expected");
  float* arrays[4];
  const char* names[4] = {"theta", "m", "v", "gradient"};
  for (int n = 0; n < 4; n++) arrays[n] = given.floats(n, length, names[n]);
  double factors[6];
  for (int n = 0; n < 6; n++) {
    napi_value element;
    if (napi_get_element(env, given.values[4], n, &element) != napi_ok || napi_get_value_double(env, element, &factors[n]) != napi_ok) {
      throw Refused("factors: [clip, beta1, beta2, epsilon, rate, threads] is expected");
    }
  }
  const int threads = (int)factors[5];
  if (threads < 1 || threads > 1024) throw Refused("threads: 1 to 1024");
  adamStep(instance(env).pool(threads), length, arrays[0], arrays[1], arrays[2], arrays[3], {factors[0], factors[1], factors[2], factors[3], factors[4]});
  return nullptr;
}

void define(napi_env env, napi_value exports, const char* name, napi_callback function) {
  napi_value value;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
  napi_set_named_property(env, exports, name, value);
}

napi_value text(napi_env env, const char* value) {
  napi_value string;
  napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &string);
  return string;
}
} // namespace

NAPI_MODULE_INIT() {
  napi_set_instance_data(env, new Instance, [](napi_env, void* data, void*) { delete (Instance*)data; }, nullptr);
  napi_value precisions;
  napi_create_array(env, &precisions);
  napi_set_element(env, precisions, 0, text(env, "float32"));
#if defined(__AVX512BF16__)
  napi_set_element(env, precisions, 1, text(env, "bf16"));
#endif
  napi_set_named_property(env, exports, "variant", text(env, NCP_VARIANT));
  napi_set_named_property(env, exports, "precisions", precisions);
  define(env, exports, "create", guarded<create>);
  define(env, exports, "infer", guarded<infer>);
  define(env, exports, "forward", guarded<forward>);
  define(env, exports, "backward", guarded<backward>);
  define(env, exports, "adam", guarded<adam>);
  return exports;
}
