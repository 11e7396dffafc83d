#include <gtest/gtest.h>

#include "face_notes.hpp"

namespace kaskado::filters {

using Faces = std::vector<cv::Rect>;

TEST(FaceNotes, ReadsWhatWasWritten) {
  for (const Faces& faces :
       {Faces{}, Faces{{1, 2, 3, 4}}, Faces{{-5, -6, 70, 80}, {0, 0, 0, 0}, {9, 9, 9, 9}}})
    EXPECT_EQ(read_faces(write_faces(faces)), faces);
  EXPECT_EQ(write_faces({{1, 2, 3, 4}, {5, 6, 7, 8}}), "1,2,3,4;5,6,7,8");
}

TEST(FaceNotes, EndsWhereItIsMalformed) {
  const Faces first{{1, 2, 3, 4}};
  for (const char* notes : {"1,2,3,4;", "1,2,3,4;x", "1,2,3,4;5,6,7", "1,2,3,4;5,6,7,-8", "1,2,3,4;5;6,7,8",
                            "1,2,3,4;5,6,7,99999999999"})
    EXPECT_EQ(read_faces(notes), first) << notes;
  for (const char* notes : {"", ";", "1", "1,2,3,4,5", "a,b,c,d"})
    EXPECT_EQ(read_faces(notes), Faces{}) << notes;
}

TEST(FaceNotes, ReadsNoMoreThanItSays) {
  EXPECT_EQ(read_faces(write_faces(Faces(1000, {1, 2, 3, 4}))).size(), kMostNotedFaces);
}

}  // namespace kaskado::filters
