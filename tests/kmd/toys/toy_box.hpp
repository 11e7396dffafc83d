// The class of toy_box.kmd.json. Each handler keeps what it was called with.
#pragma once

#include "pipeline/media_element.hpp"
#include "toys/api.hpp"

namespace kaskado::toys {

class ToyBox : public pipeline::MediaElement, public ToyBoxApi {
 public:
  ToyBox(const pipeline::Construction& construction, ToyBoxParams given)
      : MediaElement(construction, given.media_pipeline), params(std::move(given)) {
    if (construction.prepared) prepared = *std::static_pointer_cast<std::string>(construction.prepared);
  }

  pipeline::ApiResult<std::string> get_template() override { return template_text; }
  pipeline::ApiResult<void> set_template(std::string text) override {
    template_text = std::move(text);
    return {};
  }
  pipeline::ApiResult<Toy> get_toy() override { return params.toy; }
  pipeline::ApiResult<void> set_toy(Toy toy) override {
    params.toy = std::move(toy);
    return {};
  }
  pipeline::ApiResult<std::map<std::string, ToyBox*>> get_neighbours() override { return neighbours; }

  pipeline::ApiResult<std::vector<ToyBox*>> stack(std::vector<ToyBox*> boxes, ToyBox* spare) override {
    ++stacked;
    boxes.push_back(spare);
    return boxes;
  }
  pipeline::ApiResult<double> price(int class_, std::map<std::string, std::int64_t> amounts, double factor,
                                    std::optional<bool> is_rounded) override {
    rounded = is_rounded;
    double sum = class_;
    for (const auto& [name, amount] : amounts) sum += static_cast<double>(amount) * factor;
    return sum;
  }
  pipeline::ApiResult<std::map<std::string, ToySize>> sort(std::vector<Toy> toys, std::vector<ToySize> sizes,
                                                           std::vector<pipeline::Value> given) override {
    things = std::move(given);
    std::map<std::string, ToySize> sorted;
    for (std::size_t i = 0; i < toys.size() && i < sizes.size(); ++i) sorted[toys[i].name] = sizes[i];
    return sorted;
  }
  void wait(ToyBox* other, double factor, std::function<void(pipeline::ApiResult<double>)> answer) override {
    other->waiting.push_back([factor, answer = std::move(answer)](double number) { answer(number * factor); });
  }
  void break_toy(ToyBroken event) { raise(event); }

  ToyBoxParams params;
  std::string template_text;
  std::map<std::string, ToyBox*> neighbours;
  std::vector<pipeline::Value> things;
  std::optional<bool> rounded;
  int stacked = 0;
  std::vector<std::function<void(double)>> waiting;
  std::string prepared;
};

}  // namespace kaskado::toys
