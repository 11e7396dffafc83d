#include <gtest/gtest.h>

#include <thread>

#include "codec/picture.hpp"

namespace kaskado::codec {
namespace {

TEST(Picture, PlanesAreAlignedAndDoNotOverlap) {
  for (const auto& [width, height] : {std::pair{1, 1}, {2, 3}, {641, 359}, {64, 64}, {1920, 1080}}) {
    Picture picture(width, height);
    EXPECT_GE(picture.stride_y(), width);
    EXPECT_GE(picture.stride_uv(), (width + 1) / 2);
    for (const std::uint8_t* plane : {picture.y(), picture.u(), picture.v()})
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(plane) % 64, 0u);
    EXPECT_EQ(picture.stride_y() % 64, 0);
    EXPECT_EQ(picture.stride_uv() % 64, 0);
    EXPECT_EQ(picture.u() - picture.y(), picture.stride_y() * height);
    EXPECT_EQ(picture.v() - picture.u(), picture.stride_uv() * ((height + 1) / 2));
    picture.v()[picture.stride_uv() * picture.chroma_height() - 1] =
        1;  // the last byte; a sanitizer would see it
  }
}

TEST(PicturePool, HandsOutWhatCameBack) {
  PicturePool pool;
  MutablePictureRef first = pool.acquire(64, 48);
  const Picture* const memory = first.get();
  EXPECT_NE(pool.acquire(64, 48).get(), memory) << "while it is out";
  PictureRef shared = first;
  first.reset();
  const MutablePictureRef second = pool.acquire(64, 48);
  EXPECT_NE(second.get(), memory) << "somebody still looks at it";
  shared.reset();
  EXPECT_EQ(pool.acquire(64, 48).get(), memory);
}

TEST(PicturePool, KeepsSoManyAtTheMost) {
  PicturePool pool(2);
  std::vector<MutablePictureRef> out;
  for (int i = 0; i < 5; ++i) out.push_back(pool.acquire(64, 48));
  for (const MutablePictureRef& picture : out) picture->y()[0] = 42;
  out.clear();
  int kept = 0;
  for (int i = 0; i < 5; ++i) {
    out.push_back(std::make_shared<Picture>(64, 48));  // so that freed memory is not taken for kept
    out.back()->y()[0] = 0;
  }
  for (int i = 0; i < 5; ++i) {
    out.push_back(pool.acquire(64, 48));
    kept += out.back()->y()[0] == 42 && i < 2;
  }
  EXPECT_EQ(kept, 2);
}

TEST(PicturePool, PicturesOfAnOldSizeGoFirst) {
  PicturePool pool(1);
  MutablePictureRef small = pool.acquire(64, 48);
  MutablePictureRef large = pool.acquire(128, 96);
  const Picture* const memory = large.get();
  small.reset();  // fills the shelf
  large.reset();  // takes its place, being of the size that was asked for last
  EXPECT_EQ(pool.acquire(128, 96).get(), memory);
  small = pool.acquire(64, 48);
  large = pool.acquire(128, 96);
  large.reset();
  small.reset();  // does not push out the other
  EXPECT_EQ(pool.acquire(128, 96).get(), memory);
}

TEST(PicturePool, OfNoPictures) {
  PicturePool pool(0);
  EXPECT_EQ(pool.acquire(10, 20)->width(), 10);
}

TEST(PicturePool, PicturesOutliveIt) {
  auto pool = std::make_unique<PicturePool>();
  const MutablePictureRef picture = pool->acquire(64, 48);
  pool.reset();
  picture->y()[0] = 1;
  EXPECT_EQ(picture->y()[0], 1);
}

TEST(PicturePool, ManyThreads) {
  PicturePool pool(3);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&pool, thread] {
      for (int i = 0; i < 2000; ++i) {
        const int width = i % 7 == 0 ? 32 : 64;
        const MutablePictureRef one = pool.acquire(width, 48), other = pool.acquire(64, 48);
        one->y()[0] = static_cast<std::uint8_t>(thread);
        other->y()[0] = static_cast<std::uint8_t>(thread + 100);
        ASSERT_EQ(one->width(), width);
        ASSERT_EQ(one->y()[0], thread);
        ASSERT_EQ(other->y()[0], thread + 100);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace kaskado::codec
